"""A role that may become the bootstrap roles that it is given, and has no permission of its own."""

from aws_cdk import Duration, Stack

from slipway_constructs.access.bootstrap_access_role import BootstrapAccessRole
from tests.slipway_constructs.access.roles import TRUSTED, permissions_of, trust_of
from tests.slipway_constructs.conftest import new_stack, only

BOOTSTRAP_ROLES = ("arn:aws:iam::111111111111:role/deploy", "arn:aws:iam::111111111111:role/lookup")


def stack() -> Stack:
    stack = new_stack()
    BootstrapAccessRole(
        stack,
        "DeployRole",
        role_name="acme-deploy",
        description="Deploys the shop.",
        trusted=TRUSTED,
        max_session_duration=Duration.minutes(120),
        bootstrap_role_arns=BOOTSTRAP_ROLES,
    )
    return stack


def test_it_is_named_described_trusted_and_limited_as_asked_for() -> None:
    role = only(stack(), "AWS::IAM::Role")
    assert (role["RoleName"], role["Description"]) == ("acme-deploy", "Deploys the shop.")
    assert role["MaxSessionDuration"] == 120 * 60
    assert trust_of(stack())["Condition"] == {"Bool": {"example": "true"}}


def test_it_becomes_these_roles_and_nothing_else() -> None:
    assert permissions_of(stack()) == [("sts:AssumeRole", list(BOOTSTRAP_ROLES))]
