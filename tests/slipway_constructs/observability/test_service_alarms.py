"""What wakes somebody, and what waits until the morning."""

from typing import Any

import pytest
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from slipway_constructs.notifications.delivery_alarms import DeliveryAlarms
from slipway_constructs.observability.log_alarms import ErrorLogAlarm
from slipway_constructs.observability.service_alarms import MissingTasksAlarm, OutageAlarm, ServiceAlarms
from slipway_constructs.observability.task_metrics import TaskMetrics
from tests.conftest import resources
from tests.slipway_constructs.conftest import TEXT, existing_vpc, new_stack, some_metrics, some_service, template_of

Alarms = dict[str, dict[str, Any]]
AT_LEAST, BELOW = "GreaterThanOrEqualToThreshold", "LessThanThreshold"
EXPECTED = {
    # alarm: topic, comparison, threshold, so many of so many periods, seconds of a period, what missing data means
    "NoHealthyTask": ("Pages", BELOW, 1, 2, 2, 60, "breaching"),
    "LoadBalancerErrors": ("Pages", AT_LEAST, 10, 2, 3, 60, "notBreaching"),
    "Errors": ("Tickets", AT_LEAST, 5, 3, 5, 60, "notBreaching"),
    "Latency": ("Tickets", AT_LEAST, 2, 3, 5, 60, "notBreaching"),
    "UnhealthyTask": ("Tickets", AT_LEAST, 1, 3, 3, 60, "notBreaching"),
    "HighCpu": ("Tickets", AT_LEAST, 80, 5, 5, 60, "notBreaching"),
    "HighMemory": ("Tickets", AT_LEAST, 85, 5, 5, 60, "notBreaching"),
    "ConnectionErrors": ("Tickets", AT_LEAST, 1, 2, 5, 60, "notBreaching"),
    "RejectedConnections": ("Tickets", AT_LEAST, 1, 2, 5, 60, "notBreaching"),
    "MissingTasks": ("Tickets", AT_LEAST, 1, 10, 10, 60, "notBreaching"),
    "ErrorLines": ("Tickets", AT_LEAST, 20, 1, 1, 300, "notBreaching"),
    # each on another way than the one that failed
    "PagesNotDelivered": ("Tickets", AT_LEAST, 1, 1, 1, 300, "notBreaching"),
    "TicketsNotDelivered": ("Pages", AT_LEAST, 1, 1, 1, 300, "notBreaching"),
    "DeadLetters": ("Tickets", AT_LEAST, 1, 1, 1, 300, "notBreaching"),
}


@pytest.fixture(scope="module")
def made() -> tuple[Alarms, dict[str, Any]]:
    """The alarms by their ids in the tree, and the template; each with the names of the topics that it tells."""
    stack = new_stack()
    vpc = existing_vpc(stack)
    topics = {name: sns.Topic(stack, name) for name in ("Pages", "Tickets")}
    names = {stack.resolve(topic.topic_arn)["Ref"]: name for name, topic in topics.items()}
    metrics, tasks = some_metrics(stack, vpc), TaskMetrics(some_service(stack, vpc))
    page, ticket = topics.values()
    ServiceAlarms(
        stack,
        "Alarms",
        metrics=metrics,
        tasks=tasks,
        error_percent=5,
        p99_seconds=2,
        minimum_requests=100,
        cpu_percent=80,
        memory_percent=85,
        text=TEXT,
        page=page,
        ticket=ticket,
    )
    OutageAlarm(stack, "Outage", metrics=metrics, text=TEXT, page=page)
    MissingTasksAlarm(stack, "Missing", tasks=tasks, text=TEXT, ticket=ticket)
    group = logs.LogGroup(stack, "LogGroup")
    ErrorLogAlarm(stack, "Log", log_group=group, metric_namespace="acme", lines=20, text=TEXT, ticket=ticket)
    queue = sqs.Queue(stack, "Queue")
    DeliveryAlarms(stack, "Delivery", page=page, ticket=ticket, dead_letters=queue, text=TEXT)
    template = template_of(stack)
    ids = {
        stack.resolve(each.node.default_child.ref)["Ref"]: each.node.id  # type: ignore[union-attr]  # an alarm has one
        for each in stack.node.find_all()
        if type(each).__name__ == "Alarm"
    }
    found = {}
    for name, id_ in ids.items():
        properties = template["Resources"][name]["Properties"]
        told = [[names[each["Ref"]] for each in properties[key]] for key in ("AlarmActions", "OKActions")]
        found[id_] = properties | {"Told": told}
    return found, template


@pytest.fixture(scope="module")
def alarms(made: tuple[Alarms, dict[str, Any]]) -> Alarms:
    return made[0]


def metrics_of(alarm: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Namespace, name and statistic of what the alarm is made from."""
    if "MetricName" in alarm:
        return {(alarm["Namespace"], alarm["MetricName"], alarm["Statistic"])}
    return {
        (
            each["MetricStat"]["Metric"]["Namespace"],
            each["MetricStat"]["Metric"]["MetricName"],
            each["MetricStat"]["Stat"],
        )
        for each in alarm["Metrics"]
        if "MetricStat" in each
    }


def period_of(alarm: dict[str, Any]) -> int:
    periods = {each["MetricStat"]["Period"] for each in alarm.get("Metrics", []) if "MetricStat" in each}
    (period,) = periods or {alarm["Period"]}
    return int(period)


def test_these_are_all(alarms: Alarms) -> None:
    assert set(alarms) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_right_topic_is_told_of_the_alarm_and_of_its_end(name: str, alarms: Alarms) -> None:
    topic = EXPECTED[name][0]
    assert alarms[name]["Told"] == [[topic], [topic]]


@pytest.mark.parametrize("name", EXPECTED)
def test_it_fires_at_its_threshold_for_as_long_as_expected(name: str, alarms: Alarms) -> None:
    alarm = alarms[name]
    assert (
        alarm["ComparisonOperator"],
        alarm["Threshold"],
        alarm["DatapointsToAlarm"],
        alarm["EvaluationPeriods"],
        period_of(alarm),
        alarm["TreatMissingData"],
    ) == EXPECTED[name][1:]


@pytest.mark.parametrize("name", EXPECTED)
def test_it_says_of_what_it_is_what_it_means_and_where_to_read_on(name: str, alarms: Alarms) -> None:
    description = alarms[name]["AlarmDescription"]
    assert description.startswith("web: ")
    said, _, address = description.partition(" Runbook: ")
    assert said.endswith(".")
    assert address.startswith("https://example.com/runbook.md#")


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("NoHealthyTask", {("AWS/ApplicationELB", "HealthyHostCount", "Minimum")}),
        ("LoadBalancerErrors", {("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum")}),
        (
            "Errors",
            {
                ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum"),
                ("AWS/ApplicationELB", "RequestCount", "Sum"),
            },
        ),
        (
            "Latency",
            {("AWS/ApplicationELB", "TargetResponseTime", "p99"), ("AWS/ApplicationELB", "RequestCount", "Sum")},
        ),
        ("UnhealthyTask", {("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum")}),
        ("HighCpu", {("AWS/ECS", "CPUUtilization", "Average")}),
        ("HighMemory", {("AWS/ECS", "MemoryUtilization", "Average")}),
        ("ConnectionErrors", {("AWS/ApplicationELB", "TargetConnectionErrorCount", "Sum")}),
        ("RejectedConnections", {("AWS/ApplicationELB", "RejectedConnectionCount", "Sum")}),
        (
            "MissingTasks",
            {
                ("ECS/ContainerInsights", "RunningTaskCount", "Minimum"),
                ("ECS/ContainerInsights", "DesiredTaskCount", "Maximum"),
            },
        ),
        ("ErrorLines", {("acme", "ErrorLines", "Sum")}),
        ("PagesNotDelivered", {("AWS/SNS", "NumberOfNotificationsFailed", "Sum")}),
        ("DeadLetters", {("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum")}),
    ],
)
def test_what_it_is_made_from(name: str, metrics: set[tuple[str, str, str]], alarms: Alarms) -> None:
    assert metrics_of(alarms[name]) == metrics


@pytest.mark.parametrize("name", ["HighCpu", "HighMemory"])
def test_saturation_is_that_of_this_service(name: str, alarms: Alarms) -> None:
    (query,) = alarms[name]["Metrics"]
    assert {each["Name"] for each in query["MetricStat"]["Metric"]["Dimensions"]} == {"ClusterName", "ServiceName"}


def test_the_topics_watch_each_other(alarms: Alarms) -> None:
    watched = {name: alarms[name]["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for name in alarms if "NotDel" in name}
    assert watched["PagesNotDelivered"].startswith("Pages")
    assert watched["TicketsNotDelivered"].startswith("Tickets")


def test_errors_are_counted_by_the_level_of_json_lines(made: tuple[Alarms, dict[str, Any]]) -> None:
    (metric_filter,) = resources(made[1], "AWS::Logs::MetricFilter")
    assert metric_filter["FilterPattern"] == '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'
    (transformation,) = metric_filter["MetricTransformations"]
    assert transformation == {
        "MetricName": "ErrorLines",
        "MetricNamespace": "acme",
        "MetricValue": "1",
        "DefaultValue": 0,
    }
