"""Telling a Slack channel, which may do no more than look."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_sns as sns

from slipway_constructs.notifications.slack import SlackChannel, SlackDeploymentEvents
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, new_stack, only, reference, template_of
from tests.slipway_constructs.notifications import recorded_events
from tests.slipway_constructs.notifications.event_rules import sent_as_json
from tests.slipway_constructs.notifications.telling import FAILED, ROLLING_BACK, rules_of, stack_with_service

ALARMS = f"arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:acme-*"


@pytest.fixture(scope="module")
def channel() -> Stack:
    stack = new_stack()
    SlackChannel(
        stack,
        "Slack",
        configuration_name="acme",
        workspace_id="T0123ABCD",
        channel_id="C0123ABCD",
        topics=[sns.Topic(stack, name) for name in ("Pages", "Tickets")],
        alarm_arns=[ALARMS],
    )
    return stack


def test_the_channel_listens_to_the_topics(channel: Stack) -> None:
    configuration = only(channel, "AWS::Chatbot::SlackChannelConfiguration")
    assert configuration["ConfigurationName"] == "acme"
    assert (configuration["SlackWorkspaceId"], configuration["SlackChannelId"]) == ("T0123ABCD", "C0123ABCD")
    assert configuration["SnsTopicArns"] == [reference(channel, "AWS::SNS::Topic", nth=nth) for nth in (0, 1)]


def test_nobody_in_the_channel_may_do_more_than_read_cloudwatch(channel: Stack) -> None:
    (guardrail,) = only(channel, "AWS::Chatbot::SlackChannelConfiguration")["GuardrailPolicies"]
    assert guardrail["Fn::Join"][1][-1] == ":iam::aws:policy/CloudWatchReadOnlyAccess"


def test_the_channels_role_may_look_at_these_alarms_and_draw_charts(channel: Stack) -> None:
    allowed = only(channel, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert [(each["Action"], each["Resource"]) for each in allowed] == [
        ("cloudwatch:DescribeAlarms", ALARMS),
        (["cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage"], "*"),
    ]
    (role,) = resources(template_of(channel), "AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "chatbot.amazonaws.com"}
    assert "Condition" not in trust  # the service documents none that it fulfils


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack, service, dead_letters = stack_with_service()
    SlackDeploymentEvents(
        stack,
        "Slack",
        service=service,
        failed=FAILED,
        rolling_back=ROLLING_BACK,
        topic=sns.Topic(stack, "Notices"),
        dead_letters=dead_letters,
    )
    return stack


def test_a_failure_is_a_custom_notification(stack: Stack) -> None:
    (rule,) = rules_of(stack, recorded_events.FAILED)
    assert rule["Targets"][0]["Arn"] == reference(stack, "AWS::SNS::Topic")
    assert sent_as_json(rule, recorded_events.FAILED) == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": ":rotating_light: A deployment of web has failed",
            "description": f"{FAILED.text}\nECS says of ecs-svc/123: ECS deployment circuit breaker: task failed to "
            "start.",
            "nextSteps": list(FAILED.steps),
        },
    }


def test_a_rollback_is_a_custom_notification_that_does_not_call_it_a_success(stack: Stack) -> None:
    (rule,) = rules_of(stack, recorded_events.ROLLING_BACK)
    content: dict[str, Any] = sent_as_json(rule, recorded_events.ROLLING_BACK)["content"]
    assert content["title"] == ":rewind: web is being rolled back"
    assert "this is then the rollback, and not the release" in content["description"]
    assert "Run: slipway status live" in content["nextSteps"]


def test_a_completed_deployment_is_not_told(stack: Stack) -> None:
    assert rules_of(stack, recorded_events.COMPLETED) == []
