"""The drift role may become the roles that read, and has no permission of its own."""

from aws_cdk import Duration, Stack

from slipway_constructs.access.drift_role import DriftRole
from tests.slipway_constructs.conftest import new_stack, only
from tests.slipway_constructs.roles import TRUSTED, permissions_of, trust_of

LOOKUP_ROLES = ("arn:aws:iam::111111111111:role/lookup-here", "arn:aws:iam::111111111111:role/lookup-there")


def stack() -> Stack:
    stack = new_stack()
    DriftRole(
        stack,
        "DriftRole",
        role_name="acme-drift",
        trusted=TRUSTED,
        max_session_duration=Duration.minutes(60),
        lookup_role_arns=LOOKUP_ROLES,
    )
    return stack


def test_it_is_named_trusted_and_limited_as_asked_for() -> None:
    role = only(stack(), "AWS::IAM::Role")
    assert (role["RoleName"], role["MaxSessionDuration"]) == ("acme-drift", 60 * 60)
    assert trust_of(stack())["Condition"] == {"Bool": {"example": "true"}}


def test_it_becomes_these_roles_and_nothing_else() -> None:
    assert permissions_of(stack()) == [("sts:AssumeRole", list(LOOKUP_ROLES))]
