"""`[identity]`: the names, limits and outsiders of the IAM roles, by the line that a user sees."""

import pytest

from configuration.identity import Identity
from tests.configuration.conftest import Changes, Problems, Read

USER = "arn:aws:iam::111111111111:user/on-call"
ROLE = "arn:aws:iam::111111111111:role/engineers"
PROVIDER = "arn:aws:iam::{}:oidc-provider/token.actions.githubusercontent.com"

AN_ARN = "must be the ARN of an IAM role, user or account root without wildcards"
A_PROVIDER = f"must be '{PROVIDER.format('ACCOUNT')}'"
A_ROLE_NAME = "must be an IAM role name of up to 64 letters, digits and + = , . @ - _"
A_DEPLOY_ROLE_NAME = (
    "must be an IAM role name with {environment} in it once, of up to 55 letters, digits and + = , . @ - _"
)
A_POLICY_NAME = "must be the name, not the ARN, of an IAM managed policy"
NO_MFA = (
    "must be false for a principal_arn that is a role: AWS sees no MFA in its sessions, so that nobody could take the "
    "operator's role on; let the identity provider ask for MFA"
)


@pytest.mark.parametrize(
    "arn",
    [
        "on-call",
        "*",
        "",
        f"{USER}*",
        "arn:aws:iam::111111111111:user/*",
        "arn:aws:iam::111111111111:role/?",
        "arn:aws:iam::*:root",
        "arn:aws:iam::1111:root",
        "arn:aws:iam::111111111111:group/on-call",
        "arn:aws:iam::111111111111:user",
        "arn:aws:sts::111111111111:assumed-role/engineers/me",
        f"{USER}\n",
    ],
)
def test_who_may_operate_is_one_principal_of_iam(arn: str, problems: Problems) -> None:
    assert problems({"identity.operator.principal_arn": arn}) == [
        f"slipway.toml: identity.operator.principal_arn: {AN_ARN}, is {arn!r}"
    ]


@pytest.mark.parametrize(
    "arn",
    [
        "111111111111",
        "token.actions.githubusercontent.com",
        PROVIDER.format("1111"),
        PROVIDER.format("*"),
        "arn:aws:iam::111111111111:oidc-provider/example.com",
        PROVIDER.format("111111111111") + "/acme",
        "arn:aws:iam::111111111111:oidc-provider/tokenXactionsXgithubusercontentXcom",
    ],
)
def test_an_existing_provider_is_the_one_of_github(arn: str, problems: Problems) -> None:
    changes = {"identity.existing_oidc_provider_arns": [PROVIDER.format("111111111111"), arn]}
    assert problems(changes) == [f"slipway.toml: identity.existing_oidc_provider_arns[1]: {A_PROVIDER}, is {arn!r}"]


@pytest.mark.parametrize("table", ["build", "diff", "drift"])
@pytest.mark.parametrize("name", ["*", "build:role", "path/build", "", "b" * 65, "bücher", "{environment}"])
def test_the_name_of_a_role_is_one_of_iam(name: str, table: str, problems: Problems) -> None:
    assert problems({f"identity.{table}.role_name": name}) == [
        f"slipway.toml: identity.{table}.role_name: {A_ROLE_NAME}, is {name!r}"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "slipway-deploy",
        "slipway-{env}-deploy",
        "{environment}-{environment}",
        "{environment}-{account}",
        "{environment}}",
        "{{environment}}",
        "{environment!r}",
        "{environment}-*",
        "{environment}:deploy",
        "path/{environment}",
        "{environment}" + "d" * 43,
    ],
)
def test_each_environment_has_a_deploy_role_of_its_own(name: str, problems: Problems) -> None:
    assert problems({"identity.deploy.role_name": name}) == [
        f"slipway.toml: identity.deploy.role_name: {A_DEPLOY_ROLE_NAME}, is {name!r}"
    ]


def test_the_longest_name_of_a_role_still_fits_with_the_longest_name_of_an_environment(read: Read) -> None:
    identity = read({"identity.deploy.role_name": "{environment}" + "d" * 42}).identity
    assert len(identity.deploy.role_name_in("e" * 20)) <= 64


@pytest.mark.parametrize("table", ["build", "deploy", "diff", "drift", "operator"])
@pytest.mark.parametrize(
    ("minutes", "complaint"), [(59, "must be at least 60, is 59"), (721, "must be at most 720, is 721")]
)
def test_a_session_lasts_as_long_as_iam_allows(minutes: int, complaint: str, table: str, problems: Problems) -> None:
    operator = {"identity.operator.principal_arn": USER}
    assert problems(operator | {f"identity.{table}.session_minutes": minutes}) == [
        f"slipway.toml: identity.{table}.session_minutes: {complaint}"
    ]


@pytest.mark.parametrize(
    ("changes", "roles"),
    [
        ({"identity.diff.role_name": "slipway-build"}, "build and of diff are both called 'slipway-build'"),
        ({"identity.diff.role_name": "Slipway-Build"}, "build and of diff are both called 'Slipway-Build'"),
        (
            {"identity.operator": {"principal_arn": USER, "role_name": "slipway-diff"}},
            "diff and of operator are both called 'slipway-diff'",
        ),
        (
            {"identity.build.role_name": "slipway-dev-deploy"},
            "build and of deploy in dev are both called 'slipway-dev-deploy'",
        ),
        (
            {
                "identity.operator": {"principal_arn": USER, "role_name": "PROD"},
                "identity.deploy": {"role_name": "{environment}"},
            },
            "operator and of deploy in prod are both called 'prod'",
        ),
    ],
)
def test_no_two_roles_have_the_same_name(changes: Changes, roles: str, problems: Problems) -> None:
    assert problems(changes) == [f"slipway.toml: identity: the roles of {roles}; each needs its own name"]


@pytest.mark.parametrize(
    "name", ["arn:aws:iam::111111111111:policy/boundary", "boundary*", "path/boundary", "", "b" * 129]
)
def test_the_boundary_is_given_by_its_name_which_is_the_same_in_every_account(name: str, problems: Problems) -> None:
    assert problems({"identity.permissions_boundary": name}) == [
        f"slipway.toml: identity.permissions_boundary: {A_POLICY_NAME}, is {name!r}"
    ]


@pytest.mark.parametrize("mfa", [{}, {"mfa": True}])
def test_a_role_that_can_never_show_mfa_is_not_let_in_under_that_condition(
    mfa: dict[str, bool], problems: Problems
) -> None:
    assert problems({"identity.operator": {"principal_arn": ROLE} | mfa}) == [
        f"slipway.toml: identity.operator.mfa: {NO_MFA}"
    ]


@pytest.mark.parametrize(
    ("operator", "mfa"),
    [
        ({"principal_arn": USER}, "asked for"),
        ({"principal_arn": "arn:aws:iam::111111111111:root"}, "asked for"),
        ({"principal_arn": "arn:aws-us-gov:iam::111111111111:user/team/on.call@example"}, "asked for"),
        ({"principal_arn": ROLE, "mfa": False}, "not asked for"),
    ],
)
def test_people_need_mfa_unless_told_otherwise(operator: dict[str, object], mfa: str, read: Read) -> None:
    settings = read({"identity.operator": operator}).identity.operator
    assert settings is not None
    assert (settings.principal_arn, settings.mfa) == (operator["principal_arn"], mfa == "asked for")


@pytest.mark.parametrize(
    "changes",
    [
        {"identity.permissions_boundary": "b" * 128},
        {"identity.build.role_name": "b" * 64},
        {"identity.diff.role_name": "a+=,.@-_Z9"},
        {"identity.build.session_minutes": 60},
        {"identity.deploy.session_minutes": 720},
        {"identity.existing_oidc_provider_arns": []},
    ],
)
def test_the_bounds_themselves_are_allowed(changes: Changes, problems: Problems) -> None:
    assert problems(changes) == []


def test_everything_has_a_default(read: Read) -> None:
    identity = read({}).identity
    assert (identity.permissions_boundary, identity.existing_oidc_provider_arns, identity.operator) == (None, (), None)
    assert identity.role_names(["dev", "prod"]) == {
        "build": "slipway-build",
        "diff": "slipway-diff",
        "drift": "slipway-drift",
        "deploy in dev": "slipway-dev-deploy",
        "deploy in prod": "slipway-prod-deploy",
    }
    assert {each.session_minutes for each in (identity.build, identity.deploy, identity.diff, identity.drift)} == {60}


def test_an_existing_provider_is_found_by_its_account() -> None:
    here, there = PROVIDER.format("111111111111"), PROVIDER.format("222222222222")
    identity = Identity(existing_oidc_provider_arns=(here, there))
    assert identity.existing_oidc_provider_arn("222222222222") == there
    assert identity.existing_oidc_provider_arn("333333333333") is None
