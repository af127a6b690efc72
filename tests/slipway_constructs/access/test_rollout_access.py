"""Watching and stopping the rollouts of one service: which rights, and on what."""

import pytest
from aws_cdk import Stack

from slipway_constructs.access.operated_service import allow
from slipway_constructs.access.rollout_access import grant_rollout_access
from tests.conftest import resources
from tests.slipway_constructs.conftest import template_of
from tests.slipway_constructs.grants import OPERATED, PLACE, SERVICE, conditions, granted, stack_with_role

REPOSITORY = "arn:aws:ecr:eu-central-1:222222222222:repository/shop"
IMAGES = {"ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"}


def stack_with(**arguments: str) -> Stack:
    stack, role = stack_with_role()
    grant_rollout_access(role, OPERATED, **arguments)
    return stack


def test_the_rights_are_on_this_service_wherever_aws_has_a_resource_type() -> None:
    assert granted(stack_with(repository_arn=REPOSITORY, release_parameter="/acme/release")) == {
        "cloudformation:DescribeStackEvents": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudformation:DescribeStacks": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudformation:ListStackResources": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudwatch:DescribeAlarms": {f"arn:aws:cloudwatch:{PLACE}:alarm:acme-service-*"},
        **{action: {REPOSITORY} for action in IMAGES},
        "ecs:DescribeServiceDeployments": {SERVICE, f"arn:aws:ecs:{PLACE}:service-deployment/web/api/*"},
        "ecs:DescribeServiceRevisions": {SERVICE, f"arn:aws:ecs:{PLACE}:service-revision/web/api/*"},
        "ecs:DescribeServices": {SERVICE},
        "ecs:DescribeTaskDefinition": {"*"},
        "ecs:DescribeTasks": {f"arn:aws:ecs:{PLACE}:task/web/*"},
        "ecs:ListServiceDeployments": {SERVICE},
        "ecs:ListTasks": {"*"},
        "ecs:StopServiceDeployment": {SERVICE, f"arn:aws:ecs:{PLACE}:service-deployment/web/api/*"},
        "elasticloadbalancing:DescribeLoadBalancers": {"*"},
        "elasticloadbalancing:DescribeTargetGroups": {"*"},
        "elasticloadbalancing:DescribeTargetHealth": {"*"},
        "logs:FilterLogEvents": {f"arn:aws:logs:{PLACE}:log-group:acme-service-*"},
        "ssm:GetParameterHistory": {f"arn:aws:ssm:{PLACE}:parameter/acme/release"},
    }


def test_tasks_are_listed_of_this_cluster_only_and_nothing_else_has_a_condition() -> None:
    assert conditions(stack_with()) == {
        "ecs:ListTasks": {"ArnEquals": {"ecs:cluster": f"arn:aws:ecs:{PLACE}:cluster/web"}}
    }


def test_without_a_repository_there_is_no_right_to_look_into_one() -> None:
    assert granted(stack_with(repository_arn=REPOSITORY)).keys() - granted(stack_with()).keys() == IMAGES


def test_without_a_record_of_releases_no_parameter_is_read() -> None:
    with_one = granted(stack_with(release_parameter="/acme/release"))
    assert with_one.keys() - granted(stack_with()).keys() == {"ssm:GetParameterHistory"}


def test_a_wildcard_without_a_reason_is_granted_to_nobody() -> None:
    stack, role = stack_with_role()
    with pytest.raises(ValueError, match=r"why_wildcard must say why arn:aws:s3:::any/\* has an asterisk"):
        allow(role, ["s3:GetObject"], ["arn:aws:s3:::one", "arn:aws:s3:::any/*"])
    assert resources(template_of(stack), "AWS::IAM::Policy") == []
