"""Telling a human that a rollout failed, in words that never call a rollback a success."""

import re
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_sns as sns

from slipway_constructs.notifications.deployment_events import DeploymentEvents
from tests.slipway_constructs.conftest import only, reference, template_of
from tests.slipway_constructs.notifications import recorded_events
from tests.slipway_constructs.notifications.event_rules import sent
from tests.slipway_constructs.notifications.telling import FAILED, ROLLING_BACK, rules_of, stack_with_service

SUCCESS = re.compile(r"succe|complete\b|deployed|works|done well|\bOK\b|fine", re.IGNORECASE)


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack, service, dead_letters = stack_with_service()
    DeploymentEvents(
        stack,
        "Events",
        service=service,
        failed=FAILED,
        rolling_back=ROLLING_BACK,
        page=sns.Topic(stack, "Pages"),
        ticket=sns.Topic(stack, "Tickets"),
        dead_letters=dead_letters,
    )
    return stack


@pytest.mark.parametrize(
    ("event", "topic"), [(recorded_events.FAILED, 0), (recorded_events.ROLLING_BACK, 1)], ids=["failed", "rolling back"]
)
def test_who_is_told(event: dict[str, Any], topic: int, stack: Stack) -> None:
    (rule,) = rules_of(stack, event)
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"]["resources"] == [reference(stack, "AWS::ECS::Service")]  # its Ref is its ARN
    assert [target["Arn"] for target in rule["Targets"]] == [reference(stack, "AWS::SNS::Topic", nth=topic)]


def test_nobody_is_told_of_a_deployment_that_begins_or_completes(stack: Stack) -> None:
    assert rules_of(stack, recorded_events.BEGUN) == []
    assert rules_of(stack, recorded_events.COMPLETED) == []


@pytest.mark.parametrize(
    "reason",
    [
        "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122.",
        "Rolling back to deploymentId ecs-svc/122: Service deployment rolled back because StopServiceDeployment was "
        "called.",
    ],
)
def test_a_rollback_is_known_by_its_reason_whatever_it_begins_with(reason: str, stack: Stack) -> None:
    assert len(rules_of(stack, recorded_events.deployment("SERVICE_DEPLOYMENT_IN_PROGRESS", reason))) == 1


def test_the_mail_of_a_failure_says_which_service_and_what_to_type(stack: Stack) -> None:
    (rule,) = rules_of(stack, recorded_events.FAILED)
    assert sent(rule, recorded_events.FAILED).splitlines() == [
        '"A deployment of web has failed."',
        '"ECS has given up a deployment of the service web in the environment live. What ran before goes on, unless '
        'this was the first deployment."',
        '"ECS says of ecs-svc/123: ECS deployment circuit breaker: task failed to start."',
        '"Run: slipway diagnose live"',
        '"Runbook: https://example.com/runbook.md#deployment-failed"',
    ]


def test_the_mail_of_a_rollback_does_not_call_it_a_success(stack: Stack) -> None:
    (rule,) = rules_of(stack, recorded_events.ROLLING_BACK)
    said = sent(rule, recorded_events.ROLLING_BACK)
    assert said.startswith('"web is being rolled back."\n')
    assert (
        '"ECS says of ecs-svc/123: ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122."' in said
    )
    assert '"Run: slipway status live"' in said
    assert SUCCESS.findall(said) == []


def test_what_cannot_be_published_is_kept_after_an_hour(stack: Stack) -> None:
    for event in (recorded_events.FAILED, recorded_events.ROLLING_BACK):
        (target,) = rules_of(stack, event)[0]["Targets"]
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600}
        queue = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        assert template_of(stack)["Resources"][queue]["Type"] == "AWS::SQS::Queue"


def test_only_these_rules_may_put_letters_into_the_queue(stack: Stack) -> None:
    rules = [name for name, each in template_of(stack)["Resources"].items() if each["Type"] == "AWS::Events::Rule"]
    allowed = only(stack, "AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert [(each["Principal"], each["Action"], each["Condition"]) for each in allowed] == [
        (
            {"Service": "events.amazonaws.com"},
            "sqs:SendMessage",
            {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [name, "Arn"]}}},
        )
        for name in rules
    ]


def test_nothing_is_granted_on_the_topics_or_their_key(stack: Stack) -> None:
    assert not [each for each in template_of(stack)["Resources"].values() if each["Type"] == "AWS::SNS::TopicPolicy"]
