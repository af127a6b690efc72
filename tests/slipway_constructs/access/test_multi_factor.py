"""Multi-factor authentication is asked of a principal, whatever else is asked of it."""

from typing import Any

from aws_cdk import aws_iam as iam

from slipway_constructs.access.multi_factor import with_multi_factor
from tests.slipway_constructs.access.roles import trust_of
from tests.slipway_constructs.conftest import new_stack

PERSON = "arn:aws:iam::111111111111:user/on-call"
MULTI_FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def trust_in(principal: iam.IPrincipal) -> dict[str, Any]:
    stack = new_stack()
    iam.Role(stack, "Role", assumed_by=with_multi_factor(principal))
    return trust_of(stack)


def test_only_that_person_is_trusted_and_only_with_multi_factor_authentication() -> None:
    assert trust_in(iam.ArnPrincipal(PERSON)) == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": PERSON},
        "Condition": MULTI_FACTOR,
    }


def test_it_is_added_to_the_conditions_that_the_principal_has_already() -> None:
    conditions = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    trusted = iam.PrincipalWithConditions(iam.ArnPrincipal(PERSON), conditions)
    assert trust_in(trusted)["Condition"] == conditions | MULTI_FACTOR
