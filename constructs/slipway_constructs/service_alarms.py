"""What calls a human."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns
from constructs import Construct

from slipway_constructs.target_metrics import TrafficMetrics

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class ServiceAlarms(Construct):
    """Pages when clients are not served, tickets when they soon may not be.

    Attributes:
        pages: alarms that wake somebody.
        tickets: alarms for working hours.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        metrics: TrafficMetrics,
        service: ecs.IBaseService,
        page: sns.ITopic,
        ticket: sns.ITopic,
    ) -> None:
        """Create the alarms.

        Args:
            page: told of pages.
            ticket: told of tickets.
        """
        super().__init__(scope, id)
        five_minutes = Duration.minutes(5)
        # Missing data: no 5xx makes the metric vanish.
        self.pages = [
            _alarm(
                self,
                "LoadBalancerErrors",
                metrics.unserved_requests(),
                ABOVE,
                10,
                3,
                cloudwatch.TreatMissingData.NOT_BREACHING,
                "The load balancer itself answers with 5xx: no task took the request.",
            ),
        ]
        self.tickets = [
            _alarm(
                self,
                alarm_id,
                _service_metric(metric_name, service, five_minutes),
                ABOVE,
                85,
                3,
                cloudwatch.TreatMissingData.IGNORE,  # no running task publishes nothing, and that is paged for above
                f"Tasks use 85 % of their {resource} or more.",
            )
            for alarm_id, metric_name, resource in (
                ("HighCpu", "CPUUtilization", "CPU"),
                ("HighMemory", "MemoryUtilization", "memory"),
            )
        ]
        for alarms, topic in ((self.pages, page), (self.tickets, ticket)):
            for alarm in alarms:
                _tell(alarm, topic)


class OutageAlarm(Construct):
    """Pages when no task is healthy; not for a service that a schedule stops on purpose.

    Attributes:
        alarm: the alarm.
    """

    def __init__(self, scope: Construct, id: str, *, metrics: TrafficMetrics, page: sns.ITopic) -> None:
        """Create the alarm.

        Args:
            page: told of it.
        """
        super().__init__(scope, id)
        self.alarm = _alarm(
            self,
            "NoHealthyTask",
            metrics.healthy_tasks(),
            BELOW,
            1,
            2,
            cloudwatch.TreatMissingData.BREACHING,  # no healthy host is just what makes the metric vanish
            "No task is healthy.",
        )
        _tell(self.alarm, page)


def _alarm(
    scope: Construct,
    id: str,
    metric: cloudwatch.IMetric,
    comparison: cloudwatch.ComparisonOperator,
    threshold: float,
    periods: int,
    missing: cloudwatch.TreatMissingData,
    description: str,
) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        scope,
        id,
        metric=metric,
        comparison_operator=comparison,
        threshold=threshold,
        evaluation_periods=periods,
        treat_missing_data=missing,
        alarm_description=description,
    )


def _tell(alarm: cloudwatch.Alarm, topic: sns.ITopic) -> None:
    alarm.add_alarm_action(actions.SnsAction(topic))
    alarm.add_ok_action(actions.SnsAction(topic))


def _service_metric(name: str, service: ecs.IBaseService, period: Duration) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ECS",
        metric_name=name,
        dimensions_map={"ClusterName": service.cluster.cluster_name, "ServiceName": service.service_name},
        statistic="Average",
        period=period,
    )
