"""Whom AWS takes for a workflow of ours."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from slipway_constructs.access.github_provider import GitHubProvider, workflow_principal
from tests.slipway_constructs.conftest import new_stack, only, reference

ISSUER = "token.actions.githubusercontent.com"
SUBJECTS = ("repo:acme/shop:environment:prod", "repo:acme@11/shop@22:environment:prod")
PROVIDER = "AWS::IAM::OIDCProvider"


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


def test_a_workflow_is_whoever_has_exactly_these_claims() -> None:
    stack = new_stack()
    provider = GitHubProvider(stack, "GitHub")
    claims = {"repository_id": "22", "ref": "refs/heads/main"}
    principal = workflow_principal(provider.arn, subjects=SUBJECTS, claims=claims)
    iam.Role(stack, "Role", assumed_by=principal)
    (statement,) = only(stack, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": reference(stack, PROVIDER)},
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": list(SUBJECTS),
                f"{ISSUER}:repository_id": "22",
                f"{ISSUER}:ref": "refs/heads/main",
            }
        },
    }


def test_a_wildcard_in_a_subject_is_taken_literally() -> None:
    conditions: Any = workflow_principal("arn", subjects=["repo:acme/shop:*"], claims={}).conditions
    assert conditions == {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": ["repo:acme/shop:*"]}}


def test_whom_nobody_describes_is_refused_before_iam_does() -> None:
    with pytest.raises(ValueError, match="at least one subject"):
        workflow_principal("arn", subjects=[], claims={"repository_id": "22"})
