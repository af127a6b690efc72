"""What rolls a release back although its tasks are healthy."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.observability import target_metrics
from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.target_metrics import MINUTE, TargetMetrics


class DeploymentAlarms(Construct):
    """Alarms on what clients see: failed requests, by number and by share, and slow ones.

    Made from the load balancer's metrics only, so that the service can name them without a circular dependency.

    Attributes:
        alarms: to be given to the service.
        error_count: the one on the number of 5xx answers, among them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        metrics: TargetMetrics,
        error_count: int,
        error_percent: float,
        p99_seconds: float,
        minimum_requests: int,
        text: AlarmText,
    ) -> None:
        """Create the alarms; each looks at the last minute.

        Args:
            error_count: 5xx answers in a minute, whatever the traffic: those of tasks, and the load balancer's own to
                requests that no task answered, such as when it crashed or hung.
            error_percent: share of 5xx answers among all, in percent.
            p99_seconds: seconds that one request in a hundred takes, or more.
            minimum_requests: in a minute; below it a share and a percentile say nothing and count as zero.
            text: how the alarms are described.
        """
        super().__init__(scope, id)
        self._text = text
        failed = cloudwatch.MathExpression(
            expression="FILL(errors, 0) + FILL(unserved, 0)",
            using_metrics={"errors": metrics.server_errors(), "unserved": metrics.unserved_requests()},
            label="5xx answers",
            period=MINUTE,
        )
        percent = target_metrics.error_percent(metrics, minimum_requests)
        slowest = target_metrics.slowest_hundredth(metrics, minimum_requests)
        self.error_count = self._alarm("ErrorCount", failed, error_count, "clients got too many 5xx.")
        self.alarms = [
            self.error_count,
            self._alarm("ErrorRatio", percent, error_percent, "tasks answered too large a share with 5xx."),
            self._alarm("Latency", slowest, p99_seconds, "tasks answered too slowly."),
        ]
        acknowledge(
            self,
            "NIST.800.53.R5-CloudWatchAlarmAction",
            "During a rollout ECS reads the alarm's state and rolls the release back itself; no action of CloudWatch's "
            "would do that.",
        )

    def _alarm(self, id: str, metric: cloudwatch.IMetric, threshold: float, description: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            alarm_description=self._text.of(f"{description} A rollout under way is rolled back.", "Rollback alarm"),
            # No traffic, no 5xx and no latency: a quiet service must not block its own release.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
