"""Which changes of alarms are handed to the alert manager, and what becomes of those that it does not take."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from slipway_constructs.notifications.alarm_bridge import AlarmBridge
from tests.slipway_constructs.conftest import new_stack, only
from tests.slipway_constructs.notifications.event_rules import matches


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    metric = cloudwatch.Metric(namespace="acme", metric_name="Errors")
    alarm = metric.create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    AlarmBridge(
        stack,
        "Bridge",
        alarms=[alarm],
        alerts_url="https://example.com/api/v2/alerts",
        environment="live",
        dead_letters=sqs.Queue(stack, "DeadLetters"),
        log_retention=logs.RetentionDays.ONE_WEEK,
        log_removal_policy=RemovalPolicy.DESTROY,
    )
    return stack


@pytest.mark.parametrize(
    ("before", "now", "handed_over"),
    [
        ("OK", "ALARM", True),
        ("ALARM", "OK", True),
        ("INSUFFICIENT_DATA", "ALARM", True),
        ("ALARM", "INSUFFICIENT_DATA", True),
        ("INSUFFICIENT_DATA", "OK", False),
    ],
)
def test_an_alarm_is_handed_over_when_it_begins_and_when_it_ends(
    stack: Stack, before: str, now: str, *, handed_over: bool
) -> None:
    event: dict[str, Any] = {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "resources": ["arn:aws:cloudwatch:eu-central-1:111111111111:alarm:any"],
        "detail": {"state": {"value": now}, "previousState": {"value": before}},
    }
    pattern = only(stack, "AWS::Events::Rule")["EventPattern"]
    assert matches(pattern, event) == handed_over
    (watched,) = pattern["resources"]
    assert watched["Fn::GetAtt"][0].startswith("Alarm")


def test_what_neither_the_rule_nor_the_function_could_hand_over_is_kept(stack: Stack) -> None:
    (target,) = only(stack, "AWS::Events::Rule")["Targets"]
    assert target["DeadLetterConfig"]["Arn"] == only(stack, "AWS::Lambda::Function")["DeadLetterConfig"]["TargetArn"]
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 60 * 60


def test_the_function_may_ask_for_these_alarms_and_log_and_keep_letters_and_nothing_else(stack: Stack) -> None:
    statements = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    services = {
        action.partition(":")[0]: each["Resource"]
        for each in statements
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert set(services) == {"cloudwatch", "logs", "sqs"}
    assert all("Fn::GetAtt" in resource for resource in services.values())


def test_the_function_knows_where_to_and_whose(stack: Stack) -> None:
    function = only(stack, "AWS::Lambda::Function")
    expected = {"ALERTS_URL": "https://example.com/api/v2/alerts", "ENVIRONMENT": "live"}
    assert function["Environment"]["Variables"] == expected
