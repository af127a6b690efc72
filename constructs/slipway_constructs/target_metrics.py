"""What the load balancer measures of the tasks behind it."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

MINUTE = Duration.minutes(1)
"""The period of every metric: the shortest in which a load balancer publishes."""


@dataclass(frozen=True)
class TargetMetrics:
    """Metrics of one target group, a value a minute.

    The target group's own `metrics` work out the load balancer's name from a listener's ARN, which a stack cannot do
    with a reference to another stack.
    """

    load_balancer: elbv2.ApplicationLoadBalancer
    targets: elbv2.ApplicationTargetGroup

    def requests(self) -> cloudwatch.Metric:
        """How many requests the tasks answered."""
        return self._of_targets("RequestCount", "Sum")

    def server_errors(self) -> cloudwatch.Metric:
        """How many of them with 5xx."""
        return self._of_targets("HTTPCode_Target_5XX_Count", "Sum")

    def response_time(self, statistic: str) -> cloudwatch.Metric:
        """Seconds from the load balancer's request to the task's answer, as a percentile such as `p99`."""
        return self._of_targets("TargetResponseTime", statistic)

    def healthy_tasks(self) -> cloudwatch.Metric:
        """The fewest healthy tasks."""
        return self._of_targets("HealthyHostCount", "Minimum")

    def unhealthy_tasks(self) -> cloudwatch.Metric:
        """The most unhealthy tasks."""
        return self._of_targets("UnHealthyHostCount", "Maximum")

    def unserved_requests(self) -> cloudwatch.Metric:
        """How many requests the load balancer itself answered with 5xx, because no task did."""
        dimensions = {"LoadBalancer": self.load_balancer.load_balancer_full_name}
        return _metric("HTTPCode_ELB_5XX_Count", "Sum", dimensions)

    def _of_targets(self, name: str, statistic: str) -> cloudwatch.Metric:
        return _metric(
            name,
            statistic,
            {
                "LoadBalancer": self.load_balancer.load_balancer_full_name,
                "TargetGroup": self.targets.target_group_full_name,
            },
        )


def _metric(name: str, statistic: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApplicationELB",
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=MINUTE,
    )
