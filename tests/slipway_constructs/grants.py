"""What a role is granted, by a stack's template."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from slipway_constructs.access.operated_service import OperatedService
from tests.slipway_constructs.conftest import new_stack, only

PLACE = "eu-west-1:333333333333"
SERVICE = f"arn:aws:ecs:{PLACE}:service/web/api"
OPERATED = OperatedService(
    partition="aws",
    account="333333333333",
    region="eu-west-1",
    cluster_name="web",
    service_name="api",
    stack_name="acme-service",
)


def stack_with_role() -> tuple[Stack, iam.Role]:
    stack = new_stack()
    return stack, iam.Role(stack, "Role", assumed_by=iam.AccountPrincipal("111111111111"))


def statements(stack: Stack) -> list[dict[str, Any]]:
    """Those of the one policy, all of which allow."""
    found: list[dict[str, Any]] = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert {each["Effect"] for each in found} == {"Allow"}
    return found


def granted(stack: Stack) -> dict[str, set[str]]:
    """The resources by action."""
    found: dict[str, set[str]] = {}
    for statement in statements(stack):
        for action in listed(statement["Action"]):
            found.setdefault(action, set()).update(listed(statement["Resource"]))
    return found


def conditions(stack: Stack) -> dict[str, dict[str, Any]]:
    """The condition by action, of the actions that have one."""
    return {
        action: statement["Condition"]
        for statement in statements(stack)
        if "Condition" in statement
        for action in listed(statement["Action"])
    }


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
