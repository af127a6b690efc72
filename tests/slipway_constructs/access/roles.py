"""A role of a stack, as its template has it."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from tests.conftest import resources
from tests.slipway_constructs.conftest import only, template_of

TRUSTED = iam.WebIdentityPrincipal("arn:aws:iam::111111111111:oidc-provider/example.com", {"Bool": {"example": "true"}})


def trust_of(stack: Stack) -> dict[str, Any]:
    """The one statement of the only role's trust policy."""
    (statement,) = only(stack, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def permissions_of(stack: Stack) -> list[tuple[str | list[str], Any]]:
    """Actions and resources of the statements of the only role; all of them allow, without a condition."""
    role = only(stack, "AWS::IAM::Role")
    assert not {"Policies", "ManagedPolicyArns"} & set(role)
    statements = [
        statement
        for policy in resources(template_of(stack), "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert all(set(each) == {"Effect", "Action", "Resource"} and each["Effect"] == "Allow" for each in statements)
    return [(each["Action"], each["Resource"]) for each in statements]
