"""The operator's role: for people, with multi-factor authentication wherever AWS can see it."""

from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam

from slipway_constructs.access.operator_role import OperatorRole
from tests.slipway_constructs.conftest import new_stack, only
from tests.slipway_constructs.roles import permissions_of, trust_of

PERSON = "arn:aws:iam::111111111111:user/on-call"
BOOTSTRAP_ROLES = ("arn:aws:iam::111111111111:role/deploy", "arn:aws:iam::111111111111:role/lookup")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    arguments: dict[str, Any] = {
        "role_name": "acme-operator",
        "trusted": iam.ArnPrincipal(PERSON),
        "max_session_duration": Duration.minutes(90),
        "bootstrap_role_arns": BOOTSTRAP_ROLES,
    }
    OperatorRole(stack, "OperatorRole", **(arguments | changes))
    return stack


def test_it_is_named_and_limited_as_asked_for() -> None:
    role = only(stack_with(), "AWS::IAM::Role")
    assert (role["RoleName"], role["MaxSessionDuration"]) == ("acme-operator", 90 * 60)


@pytest.mark.parametrize("arguments", [{}, {"mfa": True}])
def test_only_that_person_takes_it_on_and_only_with_mfa(arguments: dict[str, bool]) -> None:
    assert trust_of(stack_with(**arguments)) == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": PERSON},
        "Condition": MFA,
    }


def test_mfa_is_added_to_the_conditions_that_the_principal_has_already() -> None:
    conditions = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    trusted = iam.PrincipalWithConditions(iam.ArnPrincipal(PERSON), conditions)
    assert trust_of(stack_with(trusted=trusted))["Condition"] == conditions | MFA


def test_without_mfa_it_is_still_only_that_person() -> None:
    assert trust_of(stack_with(mfa=False)) == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": PERSON},
    }


def test_it_becomes_these_roles_and_nothing_else() -> None:
    assert permissions_of(stack_with()) == [("sts:AssumeRole", list(BOOTSTRAP_ROLES))]
