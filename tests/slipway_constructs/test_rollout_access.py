"""Watching and stopping the rollouts of one service: which rights, and on what."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from slipway_constructs.rollout_access import grant_rollout_access
from tests.slipway_constructs.conftest import new_stack, only

PLACE = "eu-west-1:333333333333"
REPOSITORY = "arn:aws:ecr:eu-central-1:222222222222:repository/shop"
SERVICE = f"arn:aws:ecs:{PLACE}:service/web/api"


def stack_with(**arguments: str) -> Stack:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.AccountPrincipal("111111111111"))
    grant_rollout_access(
        role,
        account="333333333333",
        region="eu-west-1",
        cluster_name="web",
        service_name="api",
        stack_name="acme-service",
        **arguments,
    )
    return stack


def granted(stack: Stack) -> dict[str, set[str]]:
    """The resources by action."""
    found: dict[str, set[str]] = {}
    for statement in only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]:
        for action in listed(statement["Action"]):
            found.setdefault(action, set()).update(listed(statement["Resource"]))
    return found


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_the_rights_are_on_this_service_wherever_aws_has_a_resource_type() -> None:
    assert granted(stack_with(repository_arn=REPOSITORY)) == {
        "cloudformation:DescribeStackEvents": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudformation:DescribeStacks": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudformation:ListStackResources": {f"arn:aws:cloudformation:{PLACE}:stack/acme-service/*"},
        "cloudwatch:DescribeAlarms": {f"arn:aws:cloudwatch:{PLACE}:alarm:acme-service-*"},
        "ecr:DescribeImages": {REPOSITORY},
        "ecs:DescribeServiceDeployments": {SERVICE, f"arn:aws:ecs:{PLACE}:service-deployment/web/api/*"},
        "ecs:DescribeServiceRevisions": {SERVICE, f"arn:aws:ecs:{PLACE}:service-revision/web/api/*"},
        "ecs:DescribeServices": {SERVICE},
        "ecs:DescribeTaskDefinition": {"*"},
        "ecs:DescribeTasks": {f"arn:aws:ecs:{PLACE}:task/web/*"},
        "ecs:ListServiceDeployments": {SERVICE},
        "ecs:ListTasks": {"*"},
        "ecs:StopServiceDeployment": {SERVICE, f"arn:aws:ecs:{PLACE}:service-deployment/web/api/*"},
        "elasticloadbalancing:DescribeLoadBalancers": {"*"},
        "elasticloadbalancing:DescribeTargetHealth": {"*"},
        "logs:FilterLogEvents": {f"arn:aws:logs:{PLACE}:log-group:acme-service-*"},
    }


def test_tasks_are_listed_of_this_cluster_only() -> None:
    statements = only(stack_with(), "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    (conditions,) = [each["Condition"] for each in statements if "ecs:ListTasks" in listed(each["Action"])]
    assert conditions == {"ArnEquals": {"ecs:cluster": f"arn:aws:ecs:{PLACE}:cluster/web"}}


def test_every_right_is_allowed_and_none_is_bound_to_a_condition_but_that() -> None:
    statements = only(stack_with(), "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert {each["Effect"] for each in statements} == {"Allow"}
    assert [each["Action"] for each in statements if "Condition" in each] == ["ecs:ListTasks"]


def test_without_a_repository_there_is_no_right_to_look_into_one() -> None:
    without = granted(stack_with())
    assert granted(stack_with(repository_arn=REPOSITORY)).keys() - without.keys() == {"ecr:DescribeImages"}
