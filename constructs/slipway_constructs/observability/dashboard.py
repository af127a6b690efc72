"""What a human looks at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.observability.target_metrics import MINUTE, TrafficMetrics
from slipway_constructs.observability.task_metrics import TaskMetrics

WIDTH = 24
"""Cells of a row of a dashboard."""

NEWEST_ERRORS = (
    "fields @timestamp, level, logger, message, http_route, exception, trace_id",
    'filter level in ["ERROR", "CRITICAL"]',
    "sort @timestamp desc",
    "limit 20",
)
SLOWEST_ROUTES = (
    'filter logger = "access"',
    "stats count(*) as requests, avg(duration_ms) as mean, pct(duration_ms, 99) as p99 by http_method, http_route",
    "sort p99 desc",
    "limit 10",
)
FAILING_ROUTES = (
    'filter logger = "access" and http_status >= 500',
    "stats count(*) as answers by http_method, http_route, http_status",
    "sort answers desc",
    "limit 10",
)


@dataclass(frozen=True)
class Thresholds:
    """The alarms whose thresholds are drawn into the graph of what they watch.

    Attributes:
        errors: on numbers of 5xx answers.
        error_percent: on their share.
        latency: on seconds.
        saturation: on percent of CPU and memory.
        tasks: on the number of healthy tasks.
    """

    errors: Sequence[cloudwatch.Alarm] = ()
    error_percent: Sequence[cloudwatch.Alarm] = ()
    latency: Sequence[cloudwatch.Alarm] = ()
    saturation: Sequence[cloudwatch.Alarm] = ()
    tasks: Sequence[cloudwatch.Alarm] = ()


class ServiceDashboard(Construct):
    """A CloudWatch dashboard of one service.

    From the top: alarms and links; traffic, errors and latency; tasks and saturation; what the log says.

    Attributes:
        dashboard: the dashboard; its graphs have a value a minute, and show three hours unless asked otherwise.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        dashboard_name: str,
        metrics: TrafficMetrics,
        service: ecs.FargateService,
        log_group: logs.ILogGroup,
        alarms: Sequence[cloudwatch.IAlarm],
        thresholds: Thresholds,
        counts_tasks: bool,
        links: Mapping[str, str],
    ) -> None:
        """Create the dashboard of that service.

        Args:
            log_group: whose lines are JSON objects, with `level`, and of a request with `logger` "access",
                `http_method`, `http_route`, `http_status` and `duration_ms`.
            alarms: their states, in the first row.
            counts_tasks: whether Container Insights publishes how many tasks and deployments there are.
            links: addresses by what they lead to, beside those of the service's own pages in the console.
        """
        super().__init__(scope, id)
        self._metrics, self._tasks, self._thresholds = metrics, TaskMetrics(service), thresholds
        self.dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=dashboard_name, default_interval=Duration.hours(3)
        )
        pages = _console_pages(service, log_group)
        self.dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=WIDTH, height=4)
        )
        self.dashboard.add_widgets(
            cloudwatch.TextWidget(
                markdown=" | ".join(f"[{name}]({address})" for name, address in {**links, **pages}.items()),
                width=WIDTH,
                height=1,
                background=cloudwatch.TextWidgetBackground.TRANSPARENT,
            )
        )
        self.dashboard.add_widgets(*self._traffic())
        self.dashboard.add_widgets(*self._saturation(counts_tasks=counts_tasks))
        self.dashboard.add_widgets(
            _table("Slowest routes, in milliseconds", SLOWEST_ROUTES, log_group),
            _table("5xx by route", FAILING_ROUTES, log_group),
        )
        self.dashboard.add_widgets(_table("Newest errors", NEWEST_ERRORS, log_group, width=WIDTH))

    def _traffic(self) -> list[cloudwatch.IWidget]:
        metrics, drawn = self._metrics, self._thresholds
        errors, unserved, requests = metrics.server_errors(), metrics.unserved_requests(), metrics.requests()
        percent = cloudwatch.MathExpression(
            expression="100 * (FILL(errors, 0) + FILL(unserved, 0)) / (requests + FILL(unserved, 0))",
            using_metrics={"errors": errors, "unserved": unserved, "requests": requests},
            label="5xx in percent of all requests",
            period=MINUTE,
        )
        percentiles = [metrics.response_time(each) for each in ("p50", "p90", "p99")]
        return [
            _graph("Requests a minute", [requests]),
            _graph("5xx a minute", [errors, unserved, metrics.connection_errors()], drawn.errors),
            _graph("5xx in percent", [percent], drawn.error_percent),
            _graph("Latency in seconds", percentiles, drawn.latency),
        ]

    def _saturation(self, *, counts_tasks: bool) -> list[cloudwatch.IWidget]:
        tasks, drawn = self._tasks, self._thresholds
        healthy = [self._metrics.healthy_tasks(), self._metrics.unhealthy_tasks()]
        graphs = [
            _graph("CPU and memory in percent", [tasks.cpu(), tasks.memory()], drawn.saturation),
            _graph("Tasks behind the load balancer", healthy, drawn.tasks),
        ]
        if counts_tasks:
            graphs += [
                _graph("Tasks running and desired", [tasks.running(), tasks.desired()]),
                _graph("Deployments", [tasks.deployments()]),
            ]
        return graphs


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], alarms: Sequence[cloudwatch.Alarm] = ()
) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(metrics),
        left_annotations=[alarm.to_annotation() for alarm in alarms],
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        period=MINUTE,
        width=WIDTH // 4,
        height=6,
    )


def _table(
    title: str, query: Sequence[str], log_group: logs.ILogGroup, *, width: int = WIDTH // 2
) -> cloudwatch.IWidget:
    return cloudwatch.LogQueryWidget(
        title=title,
        log_group_names=[log_group.log_group_name],
        query_lines=list(query),
        view=cloudwatch.LogQueryVisualizationType.TABLE,
        width=width,
        height=6,
    )


def _console_pages(service: ecs.FargateService, log_group: logs.ILogGroup) -> Mapping[str, str]:
    """Pages of the AWS console; in partitions other than `aws` it has another domain, and these lead nowhere."""
    region = Stack.of(service).region
    console = f"https://{region}.console.aws.amazon.com"
    of_service = f"{console}/ecs/v2/clusters/{service.cluster.cluster_name}/services/{service.service_name}"
    return {
        "Service": f"{of_service}/health?region={region}",
        "Deployments": f"{of_service}/deployments?region={region}",
        "Tasks": f"{of_service}/tasks?region={region}",
        "Log": f"{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{log_group.log_group_name}",
    }
