"""What is watched in one environment."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from configuration import Environment
from configuration.github import GitHub
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.notifications import deployment_words
from slipway_constructs.notifications.alarm_bridge import AlarmBridge
from slipway_constructs.notifications.dead_letters import DeadLetters
from slipway_constructs.notifications.delivery_alarms import DeliveryAlarms
from slipway_constructs.notifications.deployment_events import DeploymentEvents
from slipway_constructs.notifications.deployment_words import Words
from slipway_constructs.notifications.pagerduty import ENDPOINTS, AlarmIncidents, DeploymentIncidents, PagerDuty
from slipway_constructs.notifications.slack import SlackDeploymentEvents
from slipway_constructs.notifications.topics import NotificationTopics
from slipway_constructs.observability.dashboard import ServiceDashboard, Thresholds
from slipway_constructs.observability.log_alarms import ErrorLogAlarm
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.observability.service_alarms import MissingTasksAlarm, OutageAlarm, ServiceAlarms
from slipway_constructs.observability.target_metrics import TrafficMetrics
from slipway_constructs.observability.task_metrics import TaskMetrics
from slipway_constructs.releases.deployment_alarms import DeploymentAlarms
from slipway_constructs.services.web_service import WebService
from stacks.alarm_texts import text_of
from stacks.environment_stack import EnvironmentStack
from stacks.retention import log_retention, removal_policy

HIGH_CPU, HIGH_MEMORY = 80, 85
"""Percent; of CPU as AWS itself recommends ("Best practice alarm recommendations", CloudWatch user guide). Memory is
not given back as CPU is: a service that keeps caches is well with more of it in use."""

MARGIN = 10
"""Percent above what scaling keeps to, below which it would be busy and not late."""

ERROR_LINES = 20
"""In five minutes: four a minute are no longer single ones."""


class ObservabilityStack(EnvironmentStack):
    """Alarms that call a human, the dashboard, and the events of failed deployments.

    Attributes:
        pages: alarms that wake somebody.
        tickets: alarms for working hours.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        github: GitHub,
        topics: NotificationTopics,
        deployment_notices: sns.ITopic | None,
        metrics: TrafficMetrics,
        web_service: WebService,
        log_group: logs.ILogGroup,
        deployment_alarms: Sequence[DeploymentAlarms],
        prometheus: PrometheusWorkspace | None,
        further_pages: Sequence[cloudwatch.IAlarm] = (),
        links: Mapping[str, str] | None = None,
    ) -> None:
        """Watch that service and tell those topics.

        Args:
            github: whose repository has the runbook.
            deployment_notices: told of deployments in Slack's form; None: Slack is told nothing.
            log_group: of the service.
            prometheus: whose alert manager tells of the tickets about the service; None, the alarms tell the topic
                themselves. Pages, and what is said of deliveries, never depend on it.
            further_pages: alarms of other stacks that page; the dashboard shows them, and PagerDuty is told of them.
            links: further addresses for the dashboard, by what they lead to, such as Grafana.
        """
        super().__init__(scope, id, environment=environment, description=f"Alarms and dashboard of {environment.name}.")
        self._environment, self._topics, self._service = environment, topics, web_service.service
        self._further_pages = further_pages
        self._metrics, self._tasks = metrics, TaskMetrics(web_service.service)
        self._text = text_of(environment, github)
        self._dead_letters = DeadLetters(self, "DeadLetters").queue
        service_tickets = self._add_alarms(log_group, topics.tickets if prometheus is None else None)
        if prometheus:
            self._bridge(service_tickets, prometheus)
        else:
            acknowledge(
                self._dead_letters,
                "AwsSolutions-SQS3",
                "It is itself the queue of dead letters, of EventBridge targets, which cdk-nag cannot see.",
            )
        self._add_dashboard(log_group, deployment_alarms, links or {})
        self._tell_of_deployments(deployment_notices)

    def _add_alarms(self, log_group: logs.ILogGroup, ticket: sns.ITopic | None) -> list[cloudwatch.Alarm]:
        """Those about the service that make tickets are returned; that topic is told of them."""
        environment, text, topics = self._environment, self._text, self._topics
        self._alarms = self._service_alarms(ticket)
        self.pages: list[cloudwatch.Alarm] = list(self._alarms.pages)
        of_service: list[cloudwatch.Alarm] = list(self._alarms.tickets)
        self._outage: list[cloudwatch.Alarm] = []
        if not environment.tasks.stops_by_schedule:
            self._outage = [OutageAlarm(self, "Outage", metrics=self._metrics, text=text, page=topics.pages).alarm]
            self.pages = [*self._outage, *self.pages]
        if environment.insights_enabled:
            counted = MissingTasksAlarm(self, "Missing", tasks=self._tasks, text=text, ticket=ticket)
            of_service.append(counted.alarm)
        errors = ErrorLogAlarm(
            self,
            "Log",
            log_group=log_group,
            metric_namespace=f"slipway/{environment.name}",
            lines=ERROR_LINES,
            text=text,
            ticket=ticket,
        )
        of_service.append(errors.alarm)
        delivery = DeliveryAlarms(
            self,
            "Delivery",
            page=topics.pages,
            ticket=topics.tickets,
            dead_letters=self._dead_letters,
            text=text,
        )
        self.tickets: list[cloudwatch.Alarm] = [*of_service, *delivery.alarms]
        return of_service

    def _service_alarms(self, ticket: sns.ITopic | None) -> ServiceAlarms:
        tasks, rollout = self._environment.tasks, self._environment.rollout
        return ServiceAlarms(
            self,
            "Alarms",
            metrics=self._metrics,
            tasks=self._tasks,
            error_percent=rollout.error_percent,
            p99_seconds=rollout.p99_seconds,
            minimum_requests=rollout.minimum_requests,
            cpu_percent=_above(tasks.cpu_percent, HIGH_CPU, scaled=tasks.count is None),
            memory_percent=_above(tasks.memory_percent, HIGH_MEMORY, scaled=tasks.count is None),
            text=self._text,
            page=self._topics.pages,
            ticket=ticket,
        )

    def _bridge(self, alarms: Sequence[cloudwatch.Alarm], prometheus: PrometheusWorkspace) -> None:
        bridge = AlarmBridge(
            self,
            "AlarmBridge",
            alarms=alarms,
            alerts_url=prometheus.alerts_url,
            environment=self._environment.name,
            dead_letters=self._dead_letters,
            log_retention=log_retention(self._environment),
            log_removal_policy=removal_policy(self._environment),
        )
        prometheus.grant_alerting(bridge.role)

    def _add_dashboard(
        self,
        log_group: logs.ILogGroup,
        deployment_alarms: Sequence[DeploymentAlarms],
        links: Mapping[str, str],
    ) -> None:
        of_deployments = [alarm for each in deployment_alarms for alarm in each.alarms]
        ServiceDashboard(
            self,
            "Dashboard",
            dashboard_name=f"slipway-{self._environment.name}",
            metrics=self._metrics,
            service=self._service,
            log_group=log_group,
            alarms=[*self.pages, *self._further_pages, *self.tickets, *of_deployments],
            thresholds=Thresholds(
                errors=[self._alarms.load_balancer_errors, deployment_alarms[0].error_count],
                error_percent=[self._alarms.errors],
                latency=[self._alarms.latency],
                saturation=[self._alarms.cpu, self._alarms.memory],
                tasks=self._outage,
            ),
            counts_tasks=self._environment.insights_enabled,
            links={"Runbook": self._text.runbook, **links},
        )

    def _tell_of_deployments(self, notices: sns.ITopic | None) -> None:
        environment, service, dead_letters = self._environment, self._service, self._dead_letters
        name = environment.service_name
        failed = deployment_words.of_failure(name, environment.name, self._text.section("Deployment failed"))
        rolling_back = deployment_words.of_rollback(name, environment.name, self._text.section("Rolled back"))
        DeploymentEvents(
            self,
            "DeploymentEvents",
            service=service,
            failed=failed,
            rolling_back=rolling_back,
            page=self._topics.pages,
            ticket=self._topics.tickets,
            dead_letters=dead_letters,
        )
        if notices:
            SlackDeploymentEvents(
                self,
                "Slack",
                service=service,
                failed=failed,
                rolling_back=rolling_back,
                topic=notices,
                dead_letters=dead_letters,
            )
        if environment.alerts.pagerduty_secret_arn:
            self._tell_pagerduty(environment.alerts.pagerduty_secret_arn, failed, rolling_back)

    def _tell_pagerduty(self, secret_arn: str, failed: Words, rolling_back: Words) -> None:
        environment, dead_letters = self._environment, self._dead_letters
        pagerduty = PagerDuty(
            self,
            "PagerDuty",
            name=f"slipway-{environment.name}-pagerduty",
            endpoint=ENDPOINTS[environment.alerts.pagerduty_region],
            secret_arn=secret_arn,
            rule_names=f"{self.stack_name}-*",
        )
        # Of the silence of the alert manager too, which tells PagerDuty of its own alerts itself, as long as it can.
        paging = [*self.pages, *self._further_pages]
        AlarmIncidents(self, "Incidents", alarms=paging, pagerduty=pagerduty, dead_letters=dead_letters)
        DeploymentIncidents(
            self,
            "DeploymentIncidents",
            service=self._service,
            service_name=environment.service_name,
            failed=failed,
            rolling_back=rolling_back,
            pagerduty=pagerduty,
            dead_letters=dead_letters,
        )


def _above(target: int, usual: int, *, scaled: bool) -> int:
    """The percent at which an alarm on what scaling keeps at the target makes sense."""
    return min(100, max(usual, target + MARGIN)) if scaled else usual
