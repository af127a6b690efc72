"""Who may publish to the topics, who listens, and how messages are protected."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk.assertions import Template

from slipway_constructs.topics import NotificationTopics
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, new_stack, only, template_of

PUBLISHERS = {"cloudwatch.amazonaws.com", "events.amazonaws.com"}
OF_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    NotificationTopics(stack, "Topics", emails=["on-call@example.com"], removal_policy=RemovalPolicy.RETAIN)
    return stack


def statements(policy: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [statement for statement in policy["Statement"] if statement["Effect"] == effect]


def test_both_topics_are_encrypted_with_a_key_that_rotates(stack: Stack) -> None:
    template = template_of(stack)
    (key,) = [name for name, each in template["Resources"].items() if each["Type"] == "AWS::KMS::Key"]
    assert [topic["KmsMasterKeyId"] for topic in resources(template, "AWS::SNS::Topic")] == [
        {"Fn::GetAtt": [key, "Arn"]}
    ] * 2
    assert only(stack, "AWS::KMS::Key")["EnableKeyRotation"] is True


def test_nobody_publishes_without_tls(stack: Stack) -> None:
    policies = resources(template_of(stack), "AWS::SNS::TopicPolicy")
    assert len(policies) == 2
    for policy in policies:
        (denied,) = statements(policy["PolicyDocument"], "Deny")
        assert denied["Principal"] == "*"
        assert denied["Action"] == "sns:Publish"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_exactly_alarms_and_rules_of_this_account_may_publish(stack: Stack) -> None:
    policies = resources(template_of(stack), "AWS::SNS::TopicPolicy")
    assert len(policies) == 2
    for policy in policies:
        (allowed,) = statements(policy["PolicyDocument"], "Allow")
        assert set(allowed["Principal"]) == {"Service"}
        assert set(allowed["Principal"]["Service"]) == PUBLISHERS
        assert allowed["Action"] == "sns:Publish"
        assert [allowed["Resource"]] == policy["Topics"]
        assert allowed["Condition"] == OF_THIS_ACCOUNT


def test_publishers_may_use_the_key_and_only_the_account_may_administer_it(stack: Stack) -> None:
    allowed = statements(only(stack, "AWS::KMS::Key")["KeyPolicy"], "Allow")
    (administration,) = [each for each in allowed if each["Action"] == "kms:*"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    (use,) = [each for each in allowed if each != administration]
    assert set(use["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert set(use["Principal"]) == {"Service"}
    assert set(use["Principal"]["Service"]) == PUBLISHERS
    assert use["Condition"] == OF_THIS_ACCOUNT


def test_every_address_is_subscribed_to_both_topics() -> None:
    stack = new_stack()
    NotificationTopics(stack, "Topics", emails=["a@example.com", "b@example.com"], removal_policy=RemovalPolicy.DESTROY)
    subscriptions = resources(template_of(stack), "AWS::SNS::Subscription")
    assert {each["Protocol"] for each in subscriptions} == {"email"}
    topics = {each["TopicArn"]["Ref"] for each in subscriptions}
    assert len(topics) == 2
    assert {(each["Endpoint"], each["TopicArn"]["Ref"]) for each in subscriptions} == {
        (email, topic) for email in ("a@example.com", "b@example.com") for topic in topics
    }


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_the_key_stays_or_goes_with_the_stack_as_told(policy: RemovalPolicy, rendered: str) -> None:
    stack = new_stack()
    NotificationTopics(stack, "Topics", emails=[], removal_policy=policy)
    template = Template.from_stack(stack)
    template.has_resource("AWS::KMS::Key", {"DeletionPolicy": rendered, "UpdateReplacePolicy": rendered})
    template.resource_count_is("AWS::SNS::Subscription", 0)
