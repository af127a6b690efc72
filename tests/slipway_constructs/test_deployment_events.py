"""Telling a human that a rollout failed."""

import pytest
from aws_cdk import Stack
from aws_cdk import aws_sns as sns

from slipway_constructs.deployment_events import DeploymentEvents
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, reference, some_service


@pytest.fixture
def stack() -> Stack:
    stack = new_stack()
    service = some_service(stack, existing_vpc(stack))
    DeploymentEvents(stack, "Events", service=service, page=sns.Topic(stack, "Pages"))
    return stack


def test_failed_deployments_of_this_service_match_and_nothing_else(stack: Stack) -> None:
    assert only(stack, "AWS::Events::Rule")["EventPattern"] == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [reference(stack, "AWS::ECS::Service")],  # the Ref of a service is its ARN
        "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
    }


def test_the_page_topic_is_told(stack: Stack) -> None:
    rule = only(stack, "AWS::Events::Rule")
    assert rule["State"] == "ENABLED"
    assert [target["Arn"] for target in rule["Targets"]] == [reference(stack, "AWS::SNS::Topic")]


def test_eventbridge_may_publish_to_it(stack: Stack) -> None:
    statements = only(stack, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert [(each["Effect"], each["Action"], each["Principal"]) for each in statements] == [
        ("Allow", "sns:Publish", {"Service": "events.amazonaws.com"})
    ]
