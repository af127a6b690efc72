"""The policies in bootstrap/ leave no way to more, neither to CloudFormation nor to the app's own roles."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.identity.bootstrap import ANYTHING, CLOUDFORMATION, LIMIT, role_with
from tests.identity.escalations import DENIED_TO_CLOUDFORMATION, REFUSED_TO_CLOUDFORMATION, REFUSED_TO_ROLES, Attempt
from tests.identity.roles import Role
from tests.identity.simulation import Access, decide


def got_through(role: Role, attempts: Sequence[Attempt]) -> list[Attempt]:
    assert attempts
    answers = decide([Access(role, *attempt) for attempt in attempts])
    return [attempt for attempt, allowed in zip(attempts, answers, strict=True) if allowed]


@pytest.mark.parametrize("what", REFUSED_TO_CLOUDFORMATION)
def test_cloudformation_does_not_get(what: str) -> None:
    assert got_through(CLOUDFORMATION, REFUSED_TO_CLOUDFORMATION[what]) == []


@pytest.mark.parametrize("what", DENIED_TO_CLOUDFORMATION)
def test_cloudformation_does_not_get_even_with_every_other_right(what: str) -> None:
    mighty = replace(CLOUDFORMATION, policies={**CLOUDFORMATION.policies, **ANYTHING})
    assert got_through(mighty, DENIED_TO_CLOUDFORMATION[what]) == []


@pytest.mark.parametrize("what", REFUSED_TO_ROLES)
def test_a_role_of_the_app_does_not_get_even_if_its_policies_allow_everything(what: str) -> None:
    assert got_through(role_with(ANYTHING, boundary=LIMIT), REFUSED_TO_ROLES[what]) == []


def test_without_these_policies_all_of_it_could_be_had() -> None:
    groups = [*REFUSED_TO_CLOUDFORMATION.values(), *DENIED_TO_CLOUDFORMATION.values(), *REFUSED_TO_ROLES.values()]
    attempts = [attempt for group in groups for attempt in group]
    assert got_through(role_with(ANYTHING), attempts) == attempts
