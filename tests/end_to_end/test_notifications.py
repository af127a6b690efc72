"""Being told, in the emulated AWS: the alarms, topics and dashboard of the real app, and a message that arrives."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox, topic_arn
from tests.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def alarms(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Those of the environment, by the section of the runbook that they name."""
    found = sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmDescription"].rpartition("#")[2]: each for each in found}


def test_the_alarms_the_topics_and_the_dashboard_are_there(sandbox: Sandbox) -> None:
    assert {"no-healthy-task", "load-balancer-errors", "many-errors-in-the-log", "dead-letters"} <= set(alarms(sandbox))
    topics = [each["TopicArn"] for each in sandbox.client("sns").list_topics()["Topics"]]
    assert {topic_arn(sandbox, name) for name in ("Pages", "Tickets")} <= set(topics)
    body = json.loads(sandbox.client("cloudwatch").get_dashboard(DashboardName="slipway-sandbox")["DashboardBody"])
    assert [each["type"] for each in body["widgets"][:2]] == ["alarm", "text"]
    shown = set(body["widgets"][0]["properties"]["alarms"])
    assert shown == {each["AlarmArn"] for each in sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]}


@pytest.mark.parametrize(("section", "topic"), [("load-balancer-errors", "Pages"), ("connection-errors", "Tickets")])
def test_an_alarm_that_goes_off_is_posted_to_whoever_listens(
    section: str, topic: str, sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.listen(sandbox.client("sns"), topic_arn(sandbox, topic), f"/{topic}")
    alarm = alarms(sandbox)[section]
    for state in ("ALARM", "OK"):
        sandbox.client("cloudwatch").set_alarm_state(
            AlarmName=alarm["AlarmName"], StateValue=state, StateReason="a test"
        )
        posted = receiver.wait_for(
            f"/{topic}", Type="Notification", Subject=f'{state}: "{alarm["AlarmName"]}" in us-east-1'
        )
        message = json.loads(posted["Message"])
        assert (message["NewStateValue"], message["AlarmDescription"]) == (state, alarm["AlarmDescription"])
        assert message["AlarmDescription"].startswith("slipway-sandbox: ")


def test_every_line_of_a_container_is_json_that_the_filter_and_the_dashboard_can_read(sandbox: Sandbox) -> None:
    logs = sandbox.client("logs")
    (metric_filter,) = logs.describe_metric_filters()["metricFilters"]
    lines = logs.filter_log_events(logGroupName=metric_filter["logGroupName"])["events"]
    # Only of the service's own image: other tests release some that say what they like.
    running = tuple(each["id"] for each in sandbox.status()["tasks"])
    events = [json.loads(each["message"]) for each in lines if each["logStreamName"].endswith(running)]
    assert events
    assert {"timestamp", "level", "logger", "message"} <= set.intersection(*(set(each) for each in events))
    assert {each["environment"] for each in events if "environment" in each} == {"sandbox"}
    assert {each["level"] for each in events} <= {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
