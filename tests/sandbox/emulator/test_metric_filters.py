"""Metric filters that count, up to the alarm on what they count."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.emulator.monitoring.metric_filters import matcher
from tests.sandbox.emulator.conftest import NO_ENGINE

LEVELS = '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'


@pytest.mark.parametrize(
    ("pattern", "line", "matches"),
    [
        (LEVELS, '{"level": "ERROR"}', True),
        (LEVELS, '{"level": "CRITICAL", "message": "x"}', True),
        (LEVELS, '{"level": "INFO", "message": "ERROR"}', False),
        (LEVELS, "ERROR: no JSON", False),
        (LEVELS, '{"message": "without a level"}', False),
        ('{ $.request.status != "200" }', '{"request": {"status": "500"}}', True),
        ('{ $.request.status != "200" }', '{"request": {"status": "200"}}', False),
        ("{ $.duration > 5 }", '{"duration": 6}', False),  # not understood, so nothing is counted
        ("ERROR", "an ERROR occurred", True),
        ("ERROR disk", "an ERROR occurred", False),
        ('"disk full"', "the disk full of logs", True),
        ("-ERROR", "an ERROR occurred", False),
        ("", "anything", True),
    ],
)
def test_which_lines_match(pattern: str, line: str, matches: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert matcher(pattern)(line) is matches


@pytest.fixture
def aws(start_emulator: Callable[..., Any]) -> Iterator[Callable[[str], Any]]:
    """Clients of an emulator whose minute is a second."""
    with start_emulator(DOCKER_HOST=NO_ENGINE, SLIPWAY_SANDBOX_CLOCK_SCALE="60") as emulator:
        yield emulator.client


def test_lines_that_match_set_an_alarm_off(aws: Callable[[str], Any], poll: Callable[..., Any]) -> None:
    logs, cloudwatch = aws("logs"), aws("cloudwatch")
    logs.create_log_group(logGroupName="web")
    logs.create_log_stream(logGroupName="web", logStreamName="one")
    transformation = {"metricNamespace": "acme", "metricName": "ErrorLines", "metricValue": "1", "defaultValue": 0.0}
    logs.put_metric_filter(
        logGroupName="web", filterName="errors", filterPattern=LEVELS, metricTransformations=[transformation]
    )
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="acme",
        MetricName="ErrorLines",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )

    def write(*levels: str) -> None:
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": json.dumps({"level": level})} for level in levels]
        logs.put_log_events(logGroupName="web", logStreamName="one", logEvents=events)

    def counted() -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="acme",
            MetricName="ErrorLines",
            StartTime=time.time() - 600,
            EndTime=time.time() + 60,
            Period=600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    write("INFO", "INFO")
    assert counted() == 0
    write("ERROR", "INFO", "CRITICAL")
    assert counted() == 2
    assert poll(lambda: cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] == "ALARM")
