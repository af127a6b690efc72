"""Every role of the app accepts the tokens that are meant for it, and no other of the battery."""

import re
from collections.abc import Mapping

from aws_cdk.cx_api import CloudAssembly

from configuration import SANDBOX, Configuration
from tests.identity.cloudformation import stacks_of
from tests.identity.roles import Role, roles_of
from tests.identity.simulation import Assumption, decide
from tests.identity.tokens import BUILD, Case, Repository, battery, deploy

ACCEPTED_IN_BOTH_FORMATS = 2


def kind_of(role: Role) -> str | None:
    """What that role is for; None for one that no workflow may have."""
    if role.name == "slipway-build":
        return BUILD
    environment = re.fullmatch("slipway-(.+)-deploy", role.name)
    return deploy(environment[1]) if environment else None


def cases_of(configuration: Configuration) -> list[Case]:
    github = configuration.github
    assert github.owner_id is not None
    assert github.repository_id is not None
    repository = Repository(github.owner, github.owner_id, github.repository, github.repository_id)
    environments = configuration.environments
    return battery(
        repository,
        build_branches=[each.branch for each in environments.values() if each.branch],
        environments=dict.fromkeys(environments),  # from any ref: GitHub's protection rules decide from which
    )


def accepted(roles: list[Role], cases: list[Case]) -> Mapping[str, set[str]]:
    """The names of the cases whose token each role accepts, by the role's ARN."""
    answers = iter(decide([Assumption(role, case.token) for role in roles for case in cases]))
    return {role.arn: {case.name for case in cases if next(answers)} for role in roles}


def expected(roles: list[Role], cases: list[Case]) -> Mapping[str, set[str]]:
    return {role.arn: {case.name for case in cases if kind_of(role) in case.accepted_by} for role in roles}


def test_every_role_accepts_exactly_the_tokens_that_are_meant_for_it(
    assembly: CloudAssembly, configuration: Configuration
) -> None:
    roles, cases = roles_of(stacks_of(assembly)), cases_of(configuration.select())
    assert {kind_of(role) for role in roles} - {None} == {BUILD, deploy("dev"), deploy("prod")}
    meant = expected(roles, cases)
    assert all(len(meant[role.arn]) >= ACCEPTED_IN_BOTH_FORMATS for role in roles if kind_of(role))
    assert accepted(roles, cases) == meant


def test_in_the_sandbox_the_same_holds_and_nobody_may_push(
    sandbox_assembly: CloudAssembly, configuration: Configuration
) -> None:
    roles, cases = roles_of(stacks_of(sandbox_assembly)), cases_of(configuration.select([SANDBOX]))
    found = accepted(roles, cases)
    assert found == expected(roles, cases)
    by_name = {role.name: found[role.arn] for role in roles}
    assert by_name["slipway-build"] == set()
    assert len(by_name["slipway-sandbox-deploy"]) >= ACCEPTED_IN_BOTH_FORMATS
