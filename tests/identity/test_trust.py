"""Every role of the app accepts the tokens that are meant for it, and no other of the battery."""

from collections.abc import Mapping, Sequence

from aws_cdk.cx_api import CloudAssembly

from configuration import SANDBOX, Configuration
from tests.identity.cloudformation import stacks_of
from tests.identity.roles import Role, roles_of
from tests.identity.simulation import Assumption, decide
from tests.identity.tokens import BUILD, DIFF, DRIFT, Case, Repository, battery, deploy

ACCEPTED_IN_BOTH_FORMATS = 2

# Kinds of the battery's cases that only the ids tell from our own: whoever has our name now, and tokens without ids.
TOLD_BY_IDS_ONLY = {
    "whoever registered our owner's old name",
    "whoever registered our repository's old name",
    "no repository id",
    "no owner id",
    "no ids",
}


def kinds_of(configuration: Configuration) -> Mapping[str, str]:
    """What the roles that workflows may have are for, by name; no workflow may have any other role."""
    identity = configuration.identity
    deploys = {
        identity.deploy.role_name_in(environment.name): deploy(environment.github_environment)
        for environment in configuration.environments.values()
    }
    shared = {identity.build.role_name: BUILD, identity.diff.role_name: DIFF, identity.drift.role_name: DRIFT}
    return shared | deploys


def cases_of(configuration: Configuration) -> list[Case]:
    """The battery, of the repository with the ids that it has on GitHub, whether the configuration has them or not."""
    github, environments = configuration.github, configuration.environments.values()
    return battery(
        Repository(github.owner, github.owner_id or 1000001, github.repository, github.repository_id or 2000002),
        build_branches=[environment.branch for environment in environments if environment.branch],
        environments={environment.github_environment: environment.branch for environment in environments},
        default_branch=github.default_branch,
    )


def accepted(roles: Sequence[Role], cases: Sequence[Case]) -> Mapping[str, set[str]]:
    """The names of the cases whose token each role accepts, by the role's ARN."""
    answers = iter(decide([Assumption(role, case.token) for role in roles for case in cases]))
    return {role.arn: {case.name for case in cases if next(answers)} for role in roles}


def meant(roles: Sequence[Role], cases: Sequence[Case], kinds: Mapping[str, str]) -> Mapping[str, set[str]]:
    """The names of the cases whose token each role must accept, by the role's ARN."""
    return {role.arn: {case.name for case in cases if kinds.get(role.name) in case.accepted_by} for role in roles}


def assert_exactly_the_right_tokens(assembly: CloudAssembly, configuration: Configuration) -> list[Role]:
    """Every role of the assembly accepts what is meant for it and nothing else; the roles that workflows may have."""
    roles, cases, kinds = roles_of(stacks_of(assembly)), cases_of(configuration), kinds_of(configuration)
    right = meant(roles, cases, kinds)
    assert accepted(roles, cases) == right
    trusting = [role for role in roles if role.name in kinds]
    assert all(len(right[role.arn]) >= ACCEPTED_IN_BOTH_FORMATS for role in trusting)
    return trusting


def test_every_role_accepts_exactly_the_tokens_that_are_meant_for_it(
    assembly: CloudAssembly, configuration: Configuration
) -> None:
    trusting = assert_exactly_the_right_tokens(assembly, configuration.select())
    assert sorted(role.name for role in trusting) == [
        "slipway-build",
        "slipway-dev-deploy",
        "slipway-diff",  # one in each account
        "slipway-diff",
        "slipway-drift",  # likewise
        "slipway-drift",
        "slipway-prod-deploy",
    ]


def test_so_it_is_where_the_environments_of_github_are_called_otherwise_and_an_operator_is_let_in(
    assembly_with_every_option: CloudAssembly, with_every_option: Configuration
) -> None:
    names = {environment.github_environment for environment in with_every_option.environments.values()}
    assert not names & set(with_every_option.environments)
    trusting = assert_exactly_the_right_tokens(assembly_with_every_option, with_every_option)
    assert {role.name for role in trusting} == set(kinds_of(with_every_option))
    others = {role.name for role in roles_of(stacks_of(assembly_with_every_option))} - set(kinds_of(with_every_option))
    assert "acme-operates" in others


def test_in_the_sandbox_the_same_holds_and_nobody_may_push(
    sandbox_assembly: CloudAssembly, configuration: Configuration
) -> None:
    trusting = assert_exactly_the_right_tokens(sandbox_assembly, configuration.select([SANDBOX]))
    assert sorted(role.name for role in trusting) == ["slipway-diff", "slipway-drift", "slipway-sandbox-deploy"]


def test_an_environment_without_a_branch_is_deployed_from_every_ref_that_github_lets_into_it(
    one_account: CloudAssembly, configuration_of_one_account: Configuration
) -> None:
    """prod is deployed from main still."""
    both = configuration_of_one_account
    trusting = {role.name: role for role in assert_exactly_the_right_tokens(one_account, both)}
    right = meant(list(trusting.values()), cases_of(both), kinds_of(both))
    for role, feature in (("slipway-staging-deploy", True), ("slipway-prod-deploy", False)):
        found = [name for name in right[trusting[role].arn] if name.startswith("our own: branch feature in")]
        assert bool(found) == feature


def test_without_ids_the_exact_name_is_accepted_in_the_old_format_only(
    assembly_without_options: CloudAssembly, without_options: Configuration
) -> None:
    roles, cases = roles_of(stacks_of(assembly_without_options)), cases_of(without_options)
    right, found = meant(roles, cases, kinds_of(without_options)), accepted(roles, cases)
    immutable = {case.name for case in cases if "immutable subject" in case.name}
    for role in roles:
        assert found[role.arn] & immutable == set()
        assert found[role.arn] >= right[role.arn] - immutable
        assert {name.partition(":")[0] for name in found[role.arn] - right[role.arn]} <= TOLD_BY_IDS_ONLY
        assert bool(found[role.arn]) == (role.name in kinds_of(without_options))
