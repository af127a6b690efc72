"""What caps every role: the managed policy that the configuration names, in the role's own account."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, templates_of


def boundaries(templates: Mapping[str, Template]) -> dict[str, Any]:
    """By stack and logical id of the role."""
    return {
        f"{stack}/{name}": resource["Properties"].get("PermissionsBoundary")
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


@pytest.mark.parametrize(
    ("variant", "policy"),
    [
        ("assembly", "slipway-permissions-boundary"),
        ("sandbox_assembly", "slipway-permissions-boundary"),
        ("assembly_with_every_option", "acme-boundary"),
    ],
)
def test_every_role_is_capped_by_the_policy_of_its_own_account(
    variant: str, policy: str, request: pytest.FixtureRequest
) -> None:
    assembly: CloudAssembly = request.getfixturevalue(variant)
    accounts = {stack.id: stack.environment.account for stack in assembly.stacks}
    found = boundaries(templates_of(assembly))
    assert {role: f"arn:aws:iam::{accounts[role.partition('/')[0]]}:policy/{policy}" for role in found} == found


def test_also_the_roles_that_cdk_adds_for_itself_and_for_tasks_are_among_them(assembly: CloudAssembly) -> None:
    found = str(boundaries(templates_of(assembly)))
    for part in ("VpcRestrictDefaultSG", "S3AutoDeleteObjects", "FlowLog", "TaskRole", "ExecutionRole", "DeployRole"):
        assert part in found


def test_without_one_in_the_configuration_no_role_has_any(assembly_without_options: CloudAssembly) -> None:
    found = boundaries(templates_of(assembly_without_options))
    assert len(found) > 10
    assert set(found.values()) == {None}
