"""When a release is rolled back although its tasks are healthy."""

from typing import Any

import pytest

from slipway_constructs.deployment_alarms import DeploymentAlarms
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, some_metrics, template_of


@pytest.fixture(scope="module")
def alarms() -> list[dict[str, Any]]:
    """By number and by share of failed requests."""
    stack = new_stack()
    DeploymentAlarms(stack, "Alarms", metrics=some_metrics(stack, existing_vpc(stack)))
    return sorted(resources(template_of(stack), "AWS::CloudWatch::Alarm"), key=lambda alarm: "Metrics" in alarm)


def percent(alarm: dict[str, Any], requests: int, errors: int | None) -> float:
    """The value of the alarm's expression, by CloudWatch's rules."""
    (expression,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    rules = {
        "IF": lambda condition, value, otherwise: value if condition else otherwise,
        "FILL": lambda value, filling: filling if value is None else value,
    }
    return float(eval(expression, rules | {"requests": requests, "errors": errors}))  # noqa: S307 - our own expression


def test_no_data_is_no_error(alarms: list[dict[str, Any]]) -> None:
    assert [alarm["TreatMissingData"] for alarm in alarms] == ["notBreaching", "notBreaching"]


def test_the_last_minute_decides(alarms: list[dict[str, Any]]) -> None:
    assert [alarm["EvaluationPeriods"] for alarm in alarms] == [1, 1]
    periods = [each["MetricStat"]["Period"] for each in alarms[1]["Metrics"] if "MetricStat" in each]
    assert [alarms[0]["Period"], *periods] == [60, 60, 60]


def test_many_errors_set_the_first_alarm_off_whatever_the_traffic(alarms: list[dict[str, Any]]) -> None:
    assert alarms[0]["MetricName"] == "HTTPCode_Target_5XX_Count"
    assert (alarms[0]["ComparisonOperator"], alarms[0]["Threshold"]) == ("GreaterThanOrEqualToThreshold", 50)


@pytest.mark.parametrize(
    ("requests", "errors", "state"),
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
    requests: int,
    errors: int | None,
    state: str,
    alarms: list[dict[str, Any]],
) -> None:
    assert alarms[1]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert ("ALARM" if percent(alarms[1], requests, errors) >= alarms[1]["Threshold"] else "OK") == state


def test_the_share_is_of_what_the_tasks_answered(alarms: list[dict[str, Any]]) -> None:
    assert {
        each["Id"]: each["MetricStat"]["Metric"]["MetricName"] for each in alarms[1]["Metrics"] if "MetricStat" in each
    } == {"errors": "HTTPCode_Target_5XX_Count", "requests": "RequestCount"}


def test_the_bounds_can_be_chosen() -> None:
    stack = new_stack()
    metrics = some_metrics(stack, existing_vpc(stack))
    DeploymentAlarms(stack, "Alarms", metrics=metrics, error_count=9, error_percent=20, minimum_requests=10)
    found = sorted(resources(template_of(stack), "AWS::CloudWatch::Alarm"), key=lambda alarm: "Metrics" in alarm)
    assert [alarm["Threshold"] for alarm in found] == [9, 20]
    assert percent(found[1], 10, 2) == 20
    assert percent(found[1], 9, 9) == 0
