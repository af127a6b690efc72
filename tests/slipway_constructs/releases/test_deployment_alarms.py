"""When a release is rolled back although its tasks are healthy."""

from typing import Any

import pytest

from slipway_constructs.releases.deployment_alarms import DeploymentAlarms
from tests.conftest import resources
from tests.slipway_constructs.conftest import TEXT, existing_vpc, new_stack, some_metrics, template_of

BOUNDS: dict[str, Any] = {
    "error_count": 50,
    "error_percent": 5,
    "p99_seconds": 2,
    "minimum_requests": 100,
    "text": TEXT,
}


def alarms_with(**changes: Any) -> dict[str, dict[str, Any]]:
    """Each alarm's properties by what it is called in the tree."""
    stack = new_stack()
    made = DeploymentAlarms(stack, "Alarms", metrics=some_metrics(stack, existing_vpc(stack)), **(BOUNDS | changes))
    template = template_of(stack)
    names = {stack.resolve(alarm.alarm_name)["Ref"]: alarm.node.id for alarm in made.alarms}
    assert len(names) == len(resources(template, "AWS::CloudWatch::Alarm"))
    return {name: template["Resources"][logical_id]["Properties"] for logical_id, name in names.items()}


@pytest.fixture(scope="module")
def alarms() -> dict[str, dict[str, Any]]:
    return alarms_with()


def value(alarm: dict[str, Any], **metrics: float | None) -> float:
    """The value of the alarm's expression, by CloudWatch's rules."""
    (expression,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    rules = {
        "IF": lambda condition, value, otherwise: value if condition else otherwise,
        "FILL": lambda value, filling: filling if value is None else value,
    }
    return float(eval(expression, rules | metrics))  # noqa: S307 - our own expression


def state(alarm: dict[str, Any], **metrics: float | None) -> str:
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    return "ALARM" if value(alarm, **metrics) >= alarm["Threshold"] else "OK"


def test_errors_are_counted_and_compared_and_latency_is_watched(alarms: dict[str, dict[str, Any]]) -> None:
    assert set(alarms) == {"ErrorCount", "ErrorRatio", "Latency"}


def test_no_data_is_no_error(alarms: dict[str, dict[str, Any]]) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"notBreaching"}


def test_the_last_minute_decides(alarms: dict[str, dict[str, Any]]) -> None:
    assert {alarm["EvaluationPeriods"] for alarm in alarms.values()} == {1}
    of_metrics = [
        each["MetricStat"]["Period"]
        for alarm in alarms.values()
        for each in alarm.get("Metrics", [])
        if "MetricStat" in each
    ]
    assert of_metrics == [60] * 6


def test_many_errors_set_the_first_alarm_off_whatever_the_traffic(alarms: dict[str, dict[str, Any]]) -> None:
    alarm = alarms["ErrorCount"]
    assert state(alarm, errors=49, unserved=None) == "OK"
    assert state(alarm, errors=50, unserved=None) == "ALARM"


def test_requests_that_no_task_answered_are_errors_too(alarms: dict[str, dict[str, Any]]) -> None:
    assert state(alarms["ErrorCount"], errors=None, unserved=50) == "ALARM"
    assert state(alarms["ErrorCount"], errors=25, unserved=25) == "ALARM"


@pytest.mark.parametrize(
    ("requests", "errors", "expected"),
    [
        (99, 99, "OK"),  # too little traffic to say anything
        (100, 4, "OK"),
        (100, 5, "ALARM"),
        (10_000, 499, "OK"),
        (10_000, 500, "ALARM"),
        (10_000, None, "OK"),  # CloudWatch has no value where there was no error
    ],
)
def test_a_large_share_of_errors_sets_the_second_alarm_off_once_there_is_traffic(
    requests: int, errors: int | None, expected: str, alarms: dict[str, dict[str, Any]]
) -> None:
    assert state(alarms["ErrorRatio"], requests=requests, errors=errors) == expected


@pytest.mark.parametrize(
    ("requests", "latency", "expected"),
    [(99, 30.0, "OK"), (100, 1.9, "OK"), (100, 2.0, "ALARM"), (5_000, 2.1, "ALARM")],
)
def test_slow_answers_set_the_third_alarm_off_once_there_is_traffic(
    requests: int, latency: float, expected: str, alarms: dict[str, dict[str, Any]]
) -> None:
    assert state(alarms["Latency"], requests=requests, latency=latency) == expected


def test_number_share_and_latency_are_of_what_the_load_balancer_counts(alarms: dict[str, dict[str, Any]]) -> None:
    def sources(name: str) -> dict[str, tuple[str, str]]:
        found = [each for each in alarms[name]["Metrics"] if "MetricStat" in each]
        return {each["Id"]: (each["MetricStat"]["Metric"]["MetricName"], each["MetricStat"]["Stat"]) for each in found}

    assert sources("ErrorCount") == {
        "errors": ("HTTPCode_Target_5XX_Count", "Sum"),
        "unserved": ("HTTPCode_ELB_5XX_Count", "Sum"),
    }
    assert sources("ErrorRatio") == {
        "errors": ("HTTPCode_Target_5XX_Count", "Sum"),
        "requests": ("RequestCount", "Sum"),
    }
    assert sources("Latency") == {"latency": ("TargetResponseTime", "p99"), "requests": ("RequestCount", "Sum")}


def test_the_bounds_can_be_chosen() -> None:
    alarms = alarms_with(error_count=9, error_percent=20, p99_seconds=0.5, minimum_requests=10)
    assert [alarm["Threshold"] for alarm in alarms.values()] == [9, 20, 0.5]
    assert value(alarms["ErrorRatio"], requests=10, errors=2) == 20
    assert value(alarms["ErrorRatio"], requests=9, errors=9) == 0
    assert value(alarms["Latency"], requests=10, latency=3) == 3
