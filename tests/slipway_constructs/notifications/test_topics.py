"""Who may publish to the topics, who listens, and how messages are protected."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk.assertions import Template

from slipway_constructs.notifications.topics import NotificationTopics
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, new_stack, only, template_of

ALARMS = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:acme-*"
OF_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
BY_ALARMS = ("cloudwatch.amazonaws.com", {**OF_THIS_ACCOUNT, "ArnLike": {"aws:SourceArn": ALARMS}})


def with_topics(**changes: Any) -> tuple[Stack, NotificationTopics]:
    stack = new_stack()
    arguments: dict[str, Any] = {
        "emails": ["on-call@example.com"],
        "removal_policy": RemovalPolicy.RETAIN,
        "alarm_names": ["acme-*"],
    }
    return stack, NotificationTopics(stack, "Topics", **(arguments | changes))


@pytest.fixture
def stack() -> Stack:
    return with_topics()[0]


def statements(policy: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [statement for statement in policy["Statement"] if statement["Effect"] == effect]


def services(policy: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Which services are allowed something, and under which condition."""
    allowed = statements(policy, "Allow")
    return [(each["Principal"]["Service"], each.get("Condition")) for each in allowed if "Service" in each["Principal"]]


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


def test_alarms_of_this_account_and_rules_may_publish_and_nobody_else(stack: Stack) -> None:
    policies = resources(template_of(stack), "AWS::SNS::TopicPolicy")
    assert len(policies) == 2
    for policy in policies:
        document = policy["PolicyDocument"]
        # EventBridge sends SNS no key that a condition could look at.
        assert services(document) == [("events.amazonaws.com", None), BY_ALARMS]
        for allowed in statements(document, "Allow"):
            assert set(allowed["Principal"]) == {"Service"}
            assert allowed["Action"] == "sns:Publish"
            assert [allowed["Resource"]] == policy["Topics"]


def test_publishers_may_use_the_key_and_only_the_account_may_administer_it(stack: Stack) -> None:
    policy = only(stack, "AWS::KMS::Key")["KeyPolicy"]
    (administration,) = [each for each in statements(policy, "Allow") if each["Action"] == "kms:*"]
    assert administration["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    topics = f"arn:aws:sns:{REGION}:{ACCOUNT}:Stack-*"
    by_rules = ("events.amazonaws.com", {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}})
    assert services(policy) == [BY_ALARMS, by_rules]
    uses = [each["Action"] for each in statements(policy, "Allow") if each != administration]
    assert uses == [["kms:Decrypt", "kms:GenerateDataKey*"]] * 2


def test_no_rule_is_asked_for_what_eventbridge_does_not_send(stack: Stack) -> None:
    template = template_of(stack)
    documents = [each["PolicyDocument"] for each in resources(template, "AWS::SNS::TopicPolicy")]
    documents += [each["KeyPolicy"] for each in resources(template, "AWS::KMS::Key")]
    asked = {service: str(condition) for document in documents for service, condition in services(document)}
    assert "aws:Source" in asked["cloudwatch.amazonaws.com"]
    assert "aws:Source" not in asked["events.amazonaws.com"]


def test_further_publishers_are_let_in_for_this_account_only() -> None:
    stack, _ = with_topics(publishers=["aps.amazonaws.com"])
    template = template_of(stack)
    (key,) = resources(template, "AWS::KMS::Key")
    documents = [each["PolicyDocument"] for each in resources(template, "AWS::SNS::TopicPolicy")]
    for document in (*documents, key["KeyPolicy"]):
        assert ("aps.amazonaws.com", OF_THIS_ACCOUNT) in services(document)
        assert len(services(document)) == 3


def test_a_further_topic_is_for_rules_alone() -> None:
    stack, topics = with_topics(publishers=["aps.amazonaws.com"])
    further = stack.resolve(topics.add_topic_of_rules("Further").topic_arn)
    template = template_of(stack)
    (policy,) = [each for each in resources(template, "AWS::SNS::TopicPolicy") if each["Topics"] == [further]]
    assert services(policy["PolicyDocument"]) == [("events.amazonaws.com", None)]
    assert "KmsMasterKeyId" in template["Resources"][further["Ref"]]["Properties"]


def test_every_address_is_subscribed_to_both_topics() -> None:
    stack, _ = with_topics(emails=["a@example.com", "b@example.com"])
    subscriptions = resources(template_of(stack), "AWS::SNS::Subscription")
    assert {each["Protocol"] for each in subscriptions} == {"email"}
    topics = {each["TopicArn"]["Ref"] for each in subscriptions}
    assert len(topics) == 2
    assert {(each["Endpoint"], each["TopicArn"]["Ref"]) for each in subscriptions} == {
        (email, topic) for email in ("a@example.com", "b@example.com") for topic in topics
    }


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_the_key_stays_or_goes_with_the_stack_as_told(policy: RemovalPolicy, rendered: str) -> None:
    stack, _ = with_topics(emails=[], removal_policy=policy)
    template = Template.from_stack(stack)
    template.has_resource("AWS::KMS::Key", {"DeletionPolicy": rendered, "UpdateReplacePolicy": rendered})
    template.resource_count_is("AWS::SNS::Subscription", 0)
