"""What a human looks at first."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from slipway_constructs.target_metrics import MINUTE, TrafficMetrics


class ServiceDashboard(Construct):
    """A CloudWatch dashboard: alarms on top, then traffic, errors, latency and saturation.

    Attributes:
        dashboard: the dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        dashboard_name: str,
        metrics: TrafficMetrics,
        service: ecs.FargateService,
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        """Create the dashboard of that service.

        Args:
            alarms: their states, in the first row.
        """
        super().__init__(scope, id)
        self.dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=dashboard_name, default_interval=Duration.hours(3)
        )
        self.dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)
        )
        self.dashboard.add_widgets(
            _graph("Requests a minute", metrics.requests()),
            _graph("5xx a minute", metrics.server_errors(), metrics.unserved_requests()),
            _graph("Latency in seconds", metrics.response_time("p50"), metrics.response_time("p99")),
        )
        self.dashboard.add_widgets(
            _graph("Tasks", metrics.healthy_tasks(), metrics.unhealthy_tasks()),
            _graph(
                "CPU and memory in percent",
                service.metric_cpu_utilization(period=MINUTE),
                service.metric_memory_utilization(period=MINUTE),
            ),
        )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6)
