"""What wakes somebody, and what waits until the morning."""

from typing import Any

import pytest
from aws_cdk import aws_sns as sns

from slipway_constructs.service_alarms import OutageAlarm, ServiceAlarms
from tests.slipway_constructs.conftest import existing_vpc, new_stack, some_metrics, some_service, template_of

Alarms = dict[str, dict[str, Any]]
EXPECTED = {
    # metric: topic, what missing data means, comparison, threshold, periods, seconds of a period
    "HealthyHostCount": ("pages", "breaching", "LessThanThreshold", 1, 2, 60),
    "HTTPCode_ELB_5XX_Count": ("pages", "notBreaching", "GreaterThanOrEqualToThreshold", 10, 3, 60),
    "CPUUtilization": ("tickets", "ignore", "GreaterThanOrEqualToThreshold", 85, 3, 300),
    "MemoryUtilization": ("tickets", "ignore", "GreaterThanOrEqualToThreshold", 85, 3, 300),
}


@pytest.fixture(scope="module")
def alarms() -> Alarms:
    """By the metric that is watched; each with the name of the topic that it tells."""
    stack = new_stack()
    vpc = existing_vpc(stack)
    topics = {name: sns.Topic(stack, name) for name in ("pages", "tickets")}
    names = {stack.resolve(topic.topic_arn)["Ref"]: name for name, topic in topics.items()}
    metrics = some_metrics(stack, vpc)
    OutageAlarm(stack, "Outage", metrics=metrics, page=topics["pages"])
    ServiceAlarms(
        stack,
        "Alarms",
        metrics=metrics,
        service=some_service(stack, vpc),
        page=topics["pages"],
        ticket=topics["tickets"],
    )
    found = {}
    for resource in template_of(stack)["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            told = [[names[each["Ref"]] for each in properties[key]] for key in ("AlarmActions", "OKActions")]
            found[properties["MetricName"]] = properties | {"Told": told}
    return found


def test_these_metrics_are_watched(alarms: Alarms) -> None:
    assert set(alarms) == set(EXPECTED)


@pytest.mark.parametrize("metric", EXPECTED)
def test_the_right_topic_is_told_of_the_alarm_and_of_its_end(metric: str, alarms: Alarms) -> None:
    topic = EXPECTED[metric][0]
    assert alarms[metric]["Told"] == [[topic], [topic]]


@pytest.mark.parametrize("metric", EXPECTED)
def test_missing_data_means_what_it_means_for_that_metric(metric: str, alarms: Alarms) -> None:
    assert alarms[metric]["TreatMissingData"] == EXPECTED[metric][1]


@pytest.mark.parametrize("metric", EXPECTED)
def test_it_fires_at_its_threshold_for_as_long_as_expected(metric: str, alarms: Alarms) -> None:
    alarm = alarms[metric]
    assert (
        alarm["ComparisonOperator"],
        alarm["Threshold"],
        alarm["EvaluationPeriods"],
        alarm["Period"],
    ) == EXPECTED[metric][2:]


@pytest.mark.parametrize("metric", ["CPUUtilization", "MemoryUtilization"])
def test_saturation_is_that_of_this_service(metric: str, alarms: Alarms) -> None:
    assert alarms[metric]["Namespace"] == "AWS/ECS"
    assert {each["Name"] for each in alarms[metric]["Dimensions"]} == {"ClusterName", "ServiceName"}
    assert all(isinstance(each["Value"], dict) for each in alarms[metric]["Dimensions"])


def test_every_alarm_says_what_is_wrong(alarms: Alarms) -> None:
    assert all(alarm["AlarmDescription"].endswith(".") for alarm in alarms.values())
