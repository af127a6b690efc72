"""The metrics of a target group, as CloudWatch names them."""

from collections.abc import Callable

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from slipway_constructs.observability.target_metrics import TargetMetrics
from tests.slipway_constructs.conftest import existing_vpc, new_stack, some_metrics


@pytest.mark.parametrize(
    ("metric", "name", "statistic", "dimensions"),
    [
        (TargetMetrics.requests, "RequestCount", "Sum", {"LoadBalancer", "TargetGroup"}),
        (TargetMetrics.server_errors, "HTTPCode_Target_5XX_Count", "Sum", {"LoadBalancer", "TargetGroup"}),
        (lambda metrics: metrics.response_time("p99"), "TargetResponseTime", "p99", {"LoadBalancer", "TargetGroup"}),
        (TargetMetrics.healthy_tasks, "HealthyHostCount", "Minimum", {"LoadBalancer", "TargetGroup"}),
        (TargetMetrics.unhealthy_tasks, "UnHealthyHostCount", "Maximum", {"LoadBalancer", "TargetGroup"}),
        # CloudWatch has this one for load balancers only: with a target group it would never have data.
        (TargetMetrics.unserved_requests, "HTTPCode_ELB_5XX_Count", "Sum", {"LoadBalancer"}),
    ],
)
def test_a_metric_has_the_name_the_statistic_and_the_dimensions_of_cloudwatch(
    metric: Callable[[TargetMetrics], cloudwatch.Metric], name: str, statistic: str, dimensions: set[str]
) -> None:
    stack = new_stack()
    found = metric(some_metrics(stack, existing_vpc(stack)))
    assert (found.namespace, found.metric_name, found.statistic) == ("AWS/ApplicationELB", name, statistic)
    assert set(found.dimensions or {}) == dimensions
    assert found.period.to_seconds() == 60
