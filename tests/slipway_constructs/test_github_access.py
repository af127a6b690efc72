"""Whom AWS takes for a workflow of ours."""

from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template

from slipway_constructs.github_access import GitHubProvider, WorkflowRole
from tests.slipway_constructs.conftest import new_stack, only, reference

ISSUER = "token.actions.githubusercontent.com"
SUBJECTS = ("repo:acme/shop:environment:prod", "repo:acme@11/shop@22:environment:prod")
PROVIDER = "AWS::IAM::OIDCProvider"


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    arguments: dict[str, Any] = {
        "role_name": "slipway-prod-deploy",
        "subjects": SUBJECTS,
        "repository_id": 22,
        "repository_owner_id": 11,
        "description": "Deploys.",
    }
    WorkflowRole(stack, "Role", provider=GitHubProvider(stack, "GitHub").provider, **(arguments | changes))
    return stack


def trust(stack: Stack) -> dict[str, Any]:
    (statement,) = only(stack, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def test_the_provider_is_github_and_its_tokens_are_meant_for_sts() -> None:
    stack = new_stack()
    GitHubProvider(stack, "GitHub")
    Template.from_stack(stack).has_resource_properties(
        PROVIDER, {"Url": f"https://{ISSUER}", "ClientIdList": ["sts.amazonaws.com"], "ThumbprintList": Match.absent()}
    )


@pytest.mark.parametrize(
    ("arguments", "rendered"), [({}, "Retain"), ({"removal_policy": RemovalPolicy.DESTROY}, "Delete")]
)
def test_the_provider_which_others_use_too_stays_unless_told_otherwise(
    arguments: dict[str, RemovalPolicy], rendered: str
) -> None:
    stack = new_stack()
    GitHubProvider(stack, "GitHub", **arguments)
    Template.from_stack(stack).has_resource(PROVIDER, {"DeletionPolicy": rendered, "UpdateReplacePolicy": rendered})


def test_a_role_trusts_exactly_the_claims_that_are_given() -> None:
    stack = stack_with()
    assert trust(stack) == {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": reference(stack, PROVIDER)},
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": list(SUBJECTS),
                f"{ISSUER}:repository_id": "22",
                f"{ISSUER}:repository_owner_id": "11",
            }
        },
    }


@pytest.mark.parametrize("missing", ["repository_id", "repository_owner_id"])
def test_an_id_that_is_not_known_is_not_asked_for(missing: str) -> None:
    claims = trust(stack_with(**{missing: None}))["Condition"]["StringEquals"]
    assert {"aud", "sub", "repository_id", "repository_owner_id"} - {missing} == {
        claim.removeprefix(f"{ISSUER}:") for claim in claims
    }


def test_a_wildcard_in_a_subject_is_taken_literally() -> None:
    condition = trust(stack_with(subjects=["repo:acme/shop:*"]))["Condition"]
    assert set(condition) == {"StringEquals"}
    assert condition["StringEquals"][f"{ISSUER}:sub"] == ["repo:acme/shop:*"]


def test_a_role_has_no_permission_of_its_own() -> None:
    stack = stack_with()
    Template.from_stack(stack).resource_count_is("AWS::IAM::Policy", 0)
    assert not {"Policies", "ManagedPolicyArns"} & set(only(stack, "AWS::IAM::Role"))


@pytest.mark.parametrize(("arguments", "seconds"), [({}, 3600), ({"max_session_duration": Duration.hours(2)}, 7200)])
def test_a_session_lasts_an_hour_unless_told_otherwise(arguments: dict[str, Duration], seconds: int) -> None:
    assert only(stack_with(**arguments), "AWS::IAM::Role")["MaxSessionDuration"] == seconds
