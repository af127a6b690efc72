"""What calls a human about the service's logs."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.watched import NOT_BREACHING, Watched, watch

LEVELS = ("ERROR", "CRITICAL")
"""Of the key `level` of a log line, which is a JSON object."""


class ErrorLogAlarm(Construct):
    """A ticket when the service logs many errors, whether or not a client sees any.

    Attributes:
        alarm: the alarm.
        errors: how many lines of these levels there were, in five minutes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        log_group: logs.ILogGroup,
        metric_namespace: str,
        lines: int,
        text: AlarmText,
        ticket: sns.ITopic | None,
    ) -> None:
        """Create the alarm and the metric that it watches.

        Args:
            log_group: whose lines are counted.
            metric_namespace: of the metric `ErrorLines`.
            lines: in five minutes, that make a ticket.
            text: how it is described.
            ticket: told of it; None, it is left to others to tell.
        """
        super().__init__(scope, id)
        metric_filter = logs.MetricFilter(
            self,
            "Filter",
            log_group=log_group,
            filter_pattern=logs.FilterPattern.any(
                *(logs.FilterPattern.string_value("$.level", "=", level) for level in LEVELS)
            ),
            metric_namespace=metric_namespace,
            metric_name="ErrorLines",
            metric_value="1",
            default_value=0,
        )
        self.errors: cloudwatch.Metric = metric_filter.metric(statistic="Sum", period=Duration.minutes(5))
        self.alarm = watch(
            self,
            "ErrorLines",
            Watched(
                self.errors,
                lines,
                f"the service logs {lines} errors or more in five minutes.",
                "Many errors in the log",
                periods=1,
                breaching=1,
                missing=NOT_BREACHING,  # there is no value while nothing is logged
            ),
            text=text,
            tell=ticket,
        )
