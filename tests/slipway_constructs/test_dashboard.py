"""What a human looks at first."""

import json
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from slipway_constructs.dashboard import ServiceDashboard
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, some_metrics, some_service


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    metrics = some_metrics(stack, vpc)
    ServiceDashboard(
        stack,
        "Dashboard",
        dashboard_name="slipway-test",
        metrics=metrics,
        service=some_service(stack, vpc),
        alarms=[
            cloudwatch.Alarm(stack, alarm, metric=metrics.requests(), threshold=1, evaluation_periods=1)
            for alarm in ("First", "Second")
        ],
    )
    return stack


@pytest.fixture(scope="module")
def widgets(stack: Stack) -> list[dict[str, Any]]:
    """Those of the dashboard's body, in which a reference to a resource is the text `REFERENCE`."""
    parts = only(stack, "AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    body: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))
    return list(body["widgets"])


def test_it_has_its_name(stack: Stack) -> None:
    assert only(stack, "AWS::CloudWatch::Dashboard")["DashboardName"] == "slipway-test"


def test_the_alarms_are_on_top(widgets: list[dict[str, Any]]) -> None:
    first = widgets[0]
    assert (first["type"], first["x"], first["y"]) == ("alarm", 0, 0)
    assert len(first["properties"]["alarms"]) == 2


def test_traffic_errors_latency_and_saturation_are_shown(widgets: list[dict[str, Any]]) -> None:
    shown = {
        widget["properties"]["title"]: [(metric[0], metric[1]) for metric in widget["properties"]["metrics"]]
        for widget in widgets[1:]
    }
    balancer = "AWS/ApplicationELB"
    assert shown == {
        "Requests a minute": [(balancer, "RequestCount")],
        "5xx a minute": [(balancer, "HTTPCode_Target_5XX_Count"), (balancer, "HTTPCode_ELB_5XX_Count")],
        "Latency in seconds": [(balancer, "TargetResponseTime"), (balancer, "TargetResponseTime")],
        "Tasks": [(balancer, "HealthyHostCount"), (balancer, "UnHealthyHostCount")],
        "CPU and memory in percent": [("AWS/ECS", "CPUUtilization"), ("AWS/ECS", "MemoryUtilization")],
    }


def test_latency_is_shown_for_most_and_for_nearly_all_requests(widgets: list[dict[str, Any]]) -> None:
    (latency,) = [each for each in widgets if each["properties"]["title"] == "Latency in seconds"]
    assert [metric[-1]["stat"] for metric in latency["properties"]["metrics"]] == ["p50", "p99"]


def test_no_widget_lies_on_another(widgets: list[dict[str, Any]]) -> None:
    cells = [
        (x, y)
        for each in widgets
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
