"""A role is found with everything that is attached to it, in whichever way and stack."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.identity.cloudformation import StackTemplate, UnresolvableError
from tests.identity.roles import Role, roles_of

AWS_MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
BARE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "RoleName": "bare"}}
FULL = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": TRUST,
        "RoleName": "full",
        "Policies": [{"PolicyName": "InRole", "PolicyDocument": {"Id": "in-role"}}],
        "ManagedPolicyArns": [AWS_MANAGED, {"Ref": "Managed"}],
        "PermissionsBoundary": {"Ref": "Boundary"},
        "MaxSessionDuration": 7200,
        "Tags": [{"Key": "team", "Value": "platform"}],
    },
}
RESOURCES: dict[str, Any] = {
    "Bare": BARE,
    "Full": FULL,
    "Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Id": "managed"}}},
    "Boundary": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Id": "boundary"}}},
}


def attached(type_name: str, document: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_name, "Properties": {"PolicyDocument": {"Id": document}} | properties}


def stack(resources: Mapping[str, Any], *, name: str = "main", account: str = "111111111111") -> StackTemplate:
    return StackTemplate(name, {"Resources": resources}, account, "eu-central-1")


def found(*stacks: StackTemplate, **documents: Any) -> dict[str, Role]:
    return {role.name: role for role in roles_of(stacks, **documents)}


def test_a_role_has_what_its_own_properties_say() -> None:
    role = found(stack(RESOURCES))["full"]
    assert (role.arn, role.account) == ("arn:aws:iam::111111111111:role/full", "111111111111")
    assert role.trust_policy == TRUST
    assert role.policies == {"InRole": {"Id": "in-role"}}
    assert [document for arn, document in role.managed_policies.items() if arn != AWS_MANAGED] == [{"Id": "managed"}]
    assert list(role.boundary.values()) == [{"Id": "boundary"}]
    assert (role.max_session_duration, role.tags) == (7200, {"team": "platform"})


def test_what_a_role_does_not_say_has_the_defaults_of_iam() -> None:
    role = found(stack(RESOURCES))["bare"]
    assert (role.policies, role.managed_policies, role.boundary, role.max_session_duration) == ({}, {}, {}, 3600)


def test_documents_that_no_template_has_are_named_until_they_are_given() -> None:
    assert found(stack(RESOURCES))["full"].unread_policies == [AWS_MANAGED]
    role = found(stack(RESOURCES), documents={AWS_MANAGED: {"Id": "theirs"}})["full"]
    assert role.unread_policies == []
    assert role.managed_policies[AWS_MANAGED] == {"Id": "theirs"}


def test_policies_are_found_wherever_they_are_attached() -> None:
    first = stack(
        RESOURCES
        | {
            "ByRef": attached("AWS::IAM::Policy", "by-ref", PolicyName="ByRef", Roles=[{"Ref": "Bare"}]),
            "Single": attached("AWS::IAM::RolePolicy", "single", PolicyName="Single", RoleName={"Ref": "Bare"}),
        }
    )
    second = stack(
        {
            "ByName": attached("AWS::IAM::Policy", "by-name", PolicyName="ByName", Roles=["bare"]),
            "Shared": attached("AWS::IAM::ManagedPolicy", "shared", Roles=["bare"]),
        },
        name="second",
    )
    role = found(first, second)["bare"]
    assert role.policies == {"ByRef": {"Id": "by-ref"}, "Single": {"Id": "single"}, "ByName": {"Id": "by-name"}}
    assert list(role.managed_policies.values()) == [{"Id": "shared"}]


def test_a_policy_for_a_role_that_no_template_has_is_an_error() -> None:
    policy = attached("AWS::IAM::Policy", "lost", PolicyName="Lost", Roles=["bare"])
    with pytest.raises(UnresolvableError, match=r"222222222222.*bare"):
        found(stack(RESOURCES), stack({"Lost": policy}, account="222222222222"))


def test_two_policies_of_one_name_are_an_error() -> None:
    twice = {
        name: attached("AWS::IAM::Policy", name, PolicyName="Same", Roles=[{"Ref": "Bare"}]) for name in ("One", "Two")
    }
    with pytest.raises(UnresolvableError, match="same name"):
        found(stack(RESOURCES | twice))
