"""The metrics of one environment, and who is alerted by them."""

from pathlib import Path

from aws_cdk import CfnOutput
from constructs import Construct

from configuration import Environment
from configuration.github import GitHub
from slipway_constructs.notifications.topics import NotificationTopics
from slipway_constructs.observability.alert_manager import alert_manager_definition
from slipway_constructs.observability.heartbeat import Heartbeat
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from stacks.alarm_texts import text_of
from stacks.environment_stack import EnvironmentStack
from stacks.prometheus_rules import rules_of
from stacks.retention import log_retention, removal_policy

PAGERDUTY_EU = "https://events.eu.pagerduty.com/v2/enqueue"
"""For accounts in the service region EU ("Service Regions", PagerDuty); that AWS takes another URL was not seen."""

ALERTMANAGER = Path(__file__).parent.parent / "observability" / "alertmanager" / "alertmanager.yaml"


class PrometheusStack(EnvironmentStack):
    """Workspace, rules and alert manager of Amazon Managed Service for Prometheus, and the watch over them.

    Attributes:
        prometheus: the workspace.
        heartbeat: the alarm that no alert would reach anybody.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        github: GitHub,
        topics: NotificationTopics,
    ) -> None:
        """Create the workspace and have its alert manager tell those topics."""
        super().__init__(
            scope, id, environment=environment, description=f"Metrics, rules and alert manager of {environment.name}."
        )
        assert environment.dashboards is not None  # noqa: S101 - an Environment that collects telemetry has some
        heartbeat = Heartbeat(self, "Heartbeat", key=topics.key, text=text_of(environment, github), told=topics.pages)
        self.heartbeat = heartbeat.alarm
        self.prometheus = PrometheusWorkspace(
            self,
            "Prometheus",
            alias=f"slipway-{environment.name}-prometheus",
            alert_manager_definition=alert_manager_definition(
                ALERTMANAGER.read_text(encoding="utf-8"),
                environment=environment.name,
                region=environment.region,
                pages_topic_arn=topics.pages.topic_arn,
                tickets_topic_arn=topics.tickets.topic_arn,
                heartbeat_topic_arn=heartbeat.topic.topic_arn,
                pagerduty_secret_arn=environment.alerts.pagerduty_secret_arn,
                pagerduty_url=None if environment.alerts.pagerduty_region == "us" else PAGERDUTY_EU,
                runbook_url=f"https://github.com/{github.full_name}/blob/HEAD/",
                dashboards_url=f"https://{environment.dashboards.domain}",
            ),
            rules=rules_of(environment),
            log_retention=log_retention(environment),
            removal_policy=removal_policy(environment),
        )
        CfnOutput(self, "PrometheusUrl", value=self.prometheus.url)
