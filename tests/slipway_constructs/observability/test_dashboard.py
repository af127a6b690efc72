"""What a human looks at first."""

import json
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs

from slipway_constructs.observability.dashboard import ServiceDashboard, Thresholds
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, some_metrics, some_service

BALANCER, INSIGHTS = "AWS/ApplicationELB", "ECS/ContainerInsights"
Widgets = list[dict[str, Any]]


def stack_with(*, counts_tasks: bool = True) -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    metrics = some_metrics(stack, vpc)
    alarms = [
        cloudwatch.Alarm(stack, name, metric=metrics.requests(), threshold=threshold, evaluation_periods=1)
        for name, threshold in (("First", 10), ("Second", 50), ("Third", 2.5))
    ]
    ServiceDashboard(
        stack,
        "Dashboard",
        dashboard_name="slipway-test",
        metrics=metrics,
        service=some_service(stack, vpc),
        log_group=logs.LogGroup(stack, "LogGroup"),
        alarms=alarms,
        thresholds=Thresholds(errors=alarms[:2], latency=alarms[2:]),
        counts_tasks=counts_tasks,
        links={"Runbook": "https://example.com/runbook", "Grafana": "https://watch.example.com"},
    )
    return stack


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_with()


def body_of(stack: Stack) -> dict[str, Any]:
    """The dashboard's body, in which a reference to a resource is the text `REFERENCE`."""
    parts = only(stack, "AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    body: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))
    return body


@pytest.fixture(scope="module")
def widgets(stack: Stack) -> Widgets:
    return list(body_of(stack)["widgets"])


def titled(widgets: Widgets, title: str) -> dict[str, Any]:
    (found,) = [each for each in widgets if each["properties"].get("title") == title]
    return found


def test_it_has_its_name_and_shows_three_hours(stack: Stack) -> None:
    assert only(stack, "AWS::CloudWatch::Dashboard")["DashboardName"] == "slipway-test"
    assert body_of(stack)["start"] == "-PT3H"


def test_the_alarms_and_the_links_are_on_top(widgets: Widgets) -> None:
    first, second = widgets[:2]
    assert (first["type"], first["x"], first["y"]) == ("alarm", 0, 0)
    assert len(first["properties"]["alarms"]) == 3
    assert (second["type"], second["x"], second["y"]) == ("text", 0, first["height"])
    text = second["properties"]["markdown"]
    assert text.startswith("[Runbook](https://example.com/runbook) | [Grafana](https://watch.example.com) | ")
    console = "https://eu-central-1.console.aws.amazon.com"
    assert f"[Service]({console}/ecs/v2/clusters/REFERENCE/services/REFERENCE/health?region=eu-central-1)" in text
    assert "[Deployments](" in text
    assert f"[Log]({console}/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/REFERENCE)" in text


def sources(widget: dict[str, Any]) -> list[tuple[str, str]]:
    return [(metric[0], metric[1]) for metric in widget["properties"]["metrics"] if isinstance(metric[0], str)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Requests a minute", [(BALANCER, "RequestCount")]),
        (
            "5xx a minute",
            [
                (BALANCER, "HTTPCode_Target_5XX_Count"),
                (BALANCER, "HTTPCode_ELB_5XX_Count"),
                (BALANCER, "TargetConnectionErrorCount"),
            ],
        ),
        (
            "5xx in percent",
            [
                (BALANCER, "HTTPCode_Target_5XX_Count"),
                (BALANCER, "HTTPCode_ELB_5XX_Count"),
                (BALANCER, "RequestCount"),
            ],
        ),
        ("Latency in seconds", [(BALANCER, "TargetResponseTime")] * 3),
        ("CPU and memory in percent", [("AWS/ECS", "CPUUtilization"), ("AWS/ECS", "MemoryUtilization")]),
        ("Tasks behind the load balancer", [(BALANCER, "HealthyHostCount"), (BALANCER, "UnHealthyHostCount")]),
        ("Tasks running and desired", [(INSIGHTS, "RunningTaskCount"), (INSIGHTS, "DesiredTaskCount")]),
        ("Deployments", [(INSIGHTS, "DeploymentCount")]),
    ],
)
def test_graphs_show_the_golden_signals_a_value_a_minute(
    title: str, shown: list[tuple[str, str]], widgets: Widgets
) -> None:
    widget = titled(widgets, title)
    assert sources(widget) == shown
    assert widget["properties"]["period"] == 60
    assert widget["properties"]["yAxis"]["left"]["min"] == 0


def test_what_container_insights_alone_counts_is_not_shown_without_it() -> None:
    titles = {each["properties"].get("title") for each in body_of(stack_with(counts_tasks=False))["widgets"]}
    assert titles.isdisjoint({"Tasks running and desired", "Deployments"})
    assert "Tasks behind the load balancer" in titles


def test_latency_is_shown_for_half_for_most_and_for_nearly_all_requests(widgets: Widgets) -> None:
    latency = titled(widgets, "Latency in seconds")
    assert [metric[-1]["stat"] for metric in latency["properties"]["metrics"]] == ["p50", "p90", "p99"]


@pytest.mark.parametrize(
    ("title", "values"), [("5xx a minute", [10, 50]), ("Latency in seconds", [2.5]), ("Requests a minute", [])]
)
def test_thresholds_are_drawn_in_as_the_alarms_have_them(title: str, values: list[float], widgets: Widgets) -> None:
    drawn = titled(widgets, title)["properties"].get("annotations", {}).get("horizontal", [])
    assert [each["value"] for each in drawn] == values


def query(widgets: Widgets, title: str) -> str:
    widget = titled(widgets, title)
    assert (widget["type"], widget["properties"]["view"]) == ("log", "table")
    text: str = widget["properties"]["query"]
    assert text.startswith("SOURCE 'REFERENCE' | ")
    return text


def test_the_log_tells_of_errors_slow_routes_and_failing_ones(widgets: Widgets) -> None:
    newest = query(widgets, "Newest errors")
    assert 'filter level in ["ERROR", "CRITICAL"]' in newest
    assert {"message", "exception", "trace_id"} <= set(newest.replace(",", " ").split())
    slowest = query(widgets, "Slowest routes, in milliseconds")
    assert "pct(duration_ms, 99) as p99 by http_method, http_route" in slowest
    failing = query(widgets, "5xx by route")
    assert 'logger = "access" and http_status >= 500' in failing
    assert "by http_method, http_route, http_status" in failing


def test_no_widget_lies_on_another(widgets: Widgets) -> None:
    cells = [
        (x, y)
        for each in widgets
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
