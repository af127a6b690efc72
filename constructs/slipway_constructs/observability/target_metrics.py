"""What the load balancer measures of the tasks behind it."""

from dataclasses import dataclass
from typing import Protocol

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

MINUTE = Duration.minutes(1)
"""The period of every metric: the shortest in which a load balancer publishes."""


class TrafficMetrics(Protocol):
    """What is measured of a service's traffic, a value a minute."""

    def requests(self) -> cloudwatch.IMetric:
        """How many requests the tasks answered."""
        ...

    def server_errors(self) -> cloudwatch.IMetric:
        """How many of them with 5xx."""
        ...

    def response_time(self, statistic: str) -> cloudwatch.IMetric:
        """Seconds from the load balancer's request to the task's answer, as a percentile such as `p99`."""
        ...

    def healthy_tasks(self) -> cloudwatch.IMetric:
        """The fewest healthy tasks."""
        ...

    def unhealthy_tasks(self) -> cloudwatch.IMetric:
        """The most unhealthy tasks."""
        ...

    def unserved_requests(self) -> cloudwatch.IMetric:
        """How many requests the load balancer itself answered with 5xx, because no task did.

        Of every target group behind it, also those of other services: AWS publishes HTTPCode_ELB_5XX_Count by load
        balancer and zone only ("CloudWatch metrics for your Application Load Balancer").
        """
        ...

    def connection_errors(self) -> cloudwatch.IMetric:
        """How many connections to tasks the load balancer could not open."""
        ...

    def rejected_connections(self) -> cloudwatch.IMetric:
        """How many connections of clients the load balancer refused because it had its most."""
        ...


@dataclass(frozen=True)
class TargetMetrics:
    """Metrics of one target group.

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
        return self._of_balancer("HTTPCode_ELB_5XX_Count", "Sum")

    def connection_errors(self) -> cloudwatch.Metric:
        """How many connections to tasks the load balancer could not open."""
        return self._of_targets("TargetConnectionErrorCount", "Sum")

    def rejected_connections(self) -> cloudwatch.Metric:
        """How many connections of clients the load balancer refused because it had its most."""
        return self._of_balancer("RejectedConnectionCount", "Sum")

    def _of_balancer(self, name: str, statistic: str) -> cloudwatch.Metric:
        return _metric(name, statistic, {"LoadBalancer": self.load_balancer.load_balancer_full_name})

    def _of_targets(self, name: str, statistic: str) -> cloudwatch.Metric:
        return _metric(
            name,
            statistic,
            {
                "LoadBalancer": self.load_balancer.load_balancer_full_name,
                "TargetGroup": self.targets.target_group_full_name,
            },
        )


@dataclass(frozen=True)
class CombinedMetrics:
    """Metrics of a service whose tasks are in one of two target groups, or in both while traffic shifts.

    A target group without tasks publishes nothing, which counts as none.
    """

    one: TargetMetrics
    other: TargetMetrics

    def requests(self) -> cloudwatch.MathExpression:
        """How many requests the tasks answered."""
        return _sum("requests", self.one.requests(), self.other.requests())

    def server_errors(self) -> cloudwatch.MathExpression:
        """How many of them with 5xx."""
        return _sum("errors", self.one.server_errors(), self.other.server_errors())

    def response_time(self, statistic: str) -> cloudwatch.MathExpression:
        """Seconds as a percentile such as `p99`, of the slower group."""
        one, other = self.one.response_time(statistic), self.other.response_time(statistic)
        return _combined(statistic, f"MAX([{statistic}_one, {statistic}_other])", one, other)

    def healthy_tasks(self) -> cloudwatch.MathExpression:
        """The fewest healthy tasks."""
        return _sum("healthy", self.one.healthy_tasks(), self.other.healthy_tasks())

    def unhealthy_tasks(self) -> cloudwatch.MathExpression:
        """The most unhealthy tasks."""
        return _sum("unhealthy", self.one.unhealthy_tasks(), self.other.unhealthy_tasks())

    def unserved_requests(self) -> cloudwatch.Metric:
        """How many requests the load balancer itself answered with 5xx, because no task did."""
        return self.one.unserved_requests()

    def connection_errors(self) -> cloudwatch.MathExpression:
        """How many connections to tasks the load balancer could not open."""
        return _sum("refused", self.one.connection_errors(), self.other.connection_errors())

    def rejected_connections(self) -> cloudwatch.Metric:
        """How many connections of clients the load balancer refused because it had its most."""
        return self.one.rejected_connections()


def error_percent(metrics: TrafficMetrics, minimum_requests: int) -> cloudwatch.MathExpression:
    """The share of 5xx answers among all that tasks gave, in percent.

    Args:
        minimum_requests: in a minute; below it a share says nothing and counts as zero.
    """
    return cloudwatch.MathExpression(
        expression=f"IF(requests >= {minimum_requests}, 100 * FILL(errors, 0) / requests, 0)",
        using_metrics={"errors": metrics.server_errors(), "requests": metrics.requests()},
        label="5xx answers in percent",
        period=MINUTE,
    )


def slowest_hundredth(metrics: TrafficMetrics, minimum_requests: int) -> cloudwatch.MathExpression:
    """The seconds that one answer in a hundred takes, or more.

    Args:
        minimum_requests: as of `error_percent`.
    """
    return cloudwatch.MathExpression(
        expression=f"IF(requests >= {minimum_requests}, latency, 0)",
        using_metrics={"latency": metrics.response_time("p99"), "requests": metrics.requests()},
        label="Seconds of the slowest hundredth",
        period=MINUTE,
    )


def _sum(name: str, one: cloudwatch.Metric, other: cloudwatch.Metric) -> cloudwatch.MathExpression:
    return _combined(name, f"FILL({name}_one, 0) + FILL({name}_other, 0)", one, other)


def _combined(
    name: str, expression: str, one: cloudwatch.Metric, other: cloudwatch.Metric
) -> cloudwatch.MathExpression:
    # The ids carry the name, because those of one graph must differ.
    return cloudwatch.MathExpression(
        expression=expression,
        using_metrics={f"{name}_one": one, f"{name}_other": other},
        label=name,
        period=MINUTE,
    )


def _metric(name: str, statistic: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApplicationELB",
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=MINUTE,
    )
