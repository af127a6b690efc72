"""What is watched in one environment."""

from collections.abc import Sequence

from aws_cdk import Environment as CdkEnvironment
from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from configuration import Environment
from configuration.stack_names import observability
from slipway_constructs.dashboard import ServiceDashboard
from slipway_constructs.deployment_events import DeploymentEvents
from slipway_constructs.service_alarms import OutageAlarm, ServiceAlarms
from slipway_constructs.target_metrics import TrafficMetrics
from slipway_constructs.topics import NotificationTopics
from slipway_constructs.web_service import WebService


class ObservabilityStack(Stack):
    """Alarms that call a human, the dashboard, and the events of failed deployments."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: CdkEnvironment,
        environment: Environment,
        topics: NotificationTopics,
        metrics: TrafficMetrics,
        web_service: WebService,
        deployment_alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        """Watch that service and tell those topics."""
        super().__init__(
            scope,
            id,
            stack_name=observability(environment.name),
            env=env,
            termination_protection=environment.retain_data,
            description=f"Alarms and dashboard of {environment.name}.",
        )
        alarms = ServiceAlarms(
            self,
            "Alarms",
            metrics=metrics,
            service=web_service.service,
            page=topics.pages,
            ticket=topics.tickets,
        )
        outage = []
        if not environment.tasks.stops_by_schedule:
            outage.append(OutageAlarm(self, "Outage", metrics=metrics, page=topics.pages).alarm)
        ServiceDashboard(
            self,
            "Dashboard",
            dashboard_name=f"slipway-{environment.name}",
            metrics=metrics,
            service=web_service.service,
            alarms=[*outage, *alarms.pages, *alarms.tickets, *deployment_alarms],
        )
        DeploymentEvents(self, "DeploymentEvents", service=web_service.service, page=topics.pages)
