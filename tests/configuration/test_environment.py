"""`[environments.NAME]`: every rule, by the line that a user sees."""

import pytest

from configuration import Environment
from tests.configuration.conftest import CERTIFICATE, DOCUMENT, REMOVED, Changes, Problems, Read

DEV = "environments.dev"
NAME = "must be a name of up to twenty lower-case letters, digits and hyphens, a letter first"
BRANCH = "must be a branch name without wildcards such as 'main'"
GITHUB_ENVIRONMENT = "must be a GitHub environment's name of letters, digits and . _ -"
EMULATED = "000000000000 is the account of the environment 'sandbox', and of no other"
PAGERDUTY = "arn:aws:secretsmanager:{region}:{account}:secret:slipway-pagerduty-AbCdEf"
A_CERTIFICATE = CERTIFICATE.format(region="eu-west-1", account="111111111111")


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("account", "1111", "account: must be an AWS account id of twelve digits, is '1111'"),
        ("account", "000000000000", f"account: {EMULATED}"),
        ("region", "eu-west", "region: must be an AWS region such as 'eu-central-1', is 'eu-west'"),
        ("image", "docker", "image: must be 'ecr', 'ghcr' or 'asset', is 'docker'"),
        ("branch", "release/*", f"branch: {BRANCH}, is 'release/*'"),
        ("branch", "release?", f"branch: {BRANCH}, is 'release?'"),
        ("branch", "main:environment:prod", f"branch: {BRANCH}, is 'main:environment:prod'"),
        ("branch", "", f"branch: {BRANCH}, is ''"),
        ("branch", "main\n", f"branch: {BRANCH}, is 'main\\n'"),
        ("account", "11111111111111", "account: must be an AWS account id of twelve digits, is '11111111111111'"),
        ("github_environment", "*", f"github_environment: {GITHUB_ENVIRONMENT}, is '*'"),
        ("github_environment", "prod?", f"github_environment: {GITHUB_ENVIRONMENT}, is 'prod?'"),
        ("github_environment", "eu:prod", f"github_environment: {GITHUB_ENVIRONMENT}, is 'eu:prod'"),
        ("github_environment", "eu prod", f"github_environment: {GITHUB_ENVIRONMENT}, is 'eu prod'"),
        ("github_environment", "", f"github_environment: {GITHUB_ENVIRONMENT}, is ''"),
        (
            "network.nat",
            "instance",
            "network.nat: must be 'none', 'gateway', 'gateway_per_az' or 'endpoints', is 'instance'",
        ),
        ("alerts.emails", ["on-call"], "alerts.emails[0]: must be an email address, is 'on-call'"),
        ("alerts.emails", ["a@b.example", "a b@c"], "alerts.emails[1]: must be an email address, is 'a b@c'"),
        (
            "alerts.slack",
            {"workspace_id": "acme", "channel_id": "C0123ABCD"},
            "alerts.slack.workspace_id: must be the id of a Slack workspace such as 'T0123ABCD', is 'acme'",
        ),
        (
            "alerts.slack",
            {"workspace_id": "T0123ABCD", "channel_id": "#on-call"},
            "alerts.slack.channel_id: must be the id, not the name, of a Slack channel such as 'C0123ABCD', is "
            "'#on-call'",
        ),
        ("alerts.slack", {"workspace_id": "T0123ABCD"}, "alerts.slack.channel_id: is required"),
        (
            "alerts.pagerduty_secret_arn",
            "R0123456789",
            "alerts.pagerduty_secret_arn: must be the whole ARN of a Secrets Manager secret, with the six characters "
            "at its end and without a key, is 'R0123456789'",
        ),
        (
            "alerts.pagerduty_secret_arn",
            PAGERDUTY.format(region="eu-west-1", account="111111111111") + ":routing_key",
            "alerts.pagerduty_secret_arn: must be the whole ARN of a Secrets Manager secret, with the six characters "
            "at its end and without a key, is '" + PAGERDUTY.format(region="eu-west-1", account="111111111111") + ""
            ":routing_key'",
        ),
        (
            "alerts.pagerduty_secret_arn",
            PAGERDUTY.format(region="us-east-1", account="111111111111"),
            "alerts.pagerduty_secret_arn: must be in region eu-west-1, is in us-east-1",
        ),
        (
            "alerts.pagerduty_secret_arn",
            PAGERDUTY.format(region="eu-west-1", account="222222222222"),
            "alerts.pagerduty_secret_arn: must be in account 111111111111, is in 222222222222",
        ),
        (
            "alerts.pagerduty_region",
            "eu",
            "alerts.pagerduty_region: must not be given without pagerduty_secret_arn",
        ),
        (
            "alerts",
            {
                "pagerduty_secret_arn": PAGERDUTY.format(region="eu-west-1", account="111111111111"),
                "pagerduty_region": "asia",
            },
            "alerts.pagerduty_region: must be 'us' or 'eu', is 'asia'",
        ),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, line: str, problems: Problems) -> None:
    assert problems({f"{DEV}.{key}": value}) == [f"slipway.toml: {DEV}.{line}"]


@pytest.mark.parametrize("name", ["Prod", "9lives", "-dev", "a b", "dev_eu", "a" * 21, "*"])
def test_the_name_of_an_environment_fits_into_the_names_of_stacks_and_roles(name: str, problems: Problems) -> None:
    table = DOCUMENT["environments"]["dev"]
    assert problems({f"environments.{name}": table}) == [f"slipway.toml: environments.{name}: {NAME}, is {name!r}"]


@pytest.mark.parametrize("name", ["d", "a" * 20, "eu-central-1-prod", "review2"])
def test_any_other_name_is_accepted(name: str, read: Read) -> None:
    configuration = read({f"environments.{name}": DOCUMENT["environments"]["dev"]})
    assert configuration.environment(name).name == configuration.environment(name).github_environment == name


@pytest.mark.parametrize(
    ("zones", "complaint"),
    [
        ([], "must be 2 to 3 zones, are 0"),
        (["eu-west-1a"], "must be 2 to 3 zones, are 1"),
        (["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"], "must be 2 to 3 zones, are 4"),
        (["eu-west-1a", "eu-west-1a"], "must differ from each other, are eu-west-1a, eu-west-1a"),
        (["eu-west-1a", "eu-west-2a"], "must be zones of eu-west-1, not eu-west-2a"),
        (["eu-west-2a", "us-east-1a", "eu-west-1a"], "must be zones of eu-west-1, not eu-west-2a, us-east-1a"),
    ],
)
def test_zones_are_two_or_three_of_the_region(zones: list[str], complaint: str, problems: Problems) -> None:
    assert problems({f"{DEV}.availability_zones": zones}) == [f"slipway.toml: {DEV}.availability_zones: {complaint}"]


def test_a_bad_zone_is_not_also_counted_as_a_missing_one(problems: Problems) -> None:
    assert problems({f"{DEV}.availability_zones": ["eu-west-1a", "b"]}) == [
        f"slipway.toml: {DEV}.availability_zones[1]: must be an availability zone such as 'eu-central-1a', is 'b'"
    ]


def test_a_bad_region_is_not_also_a_problem_of_its_zones_and_certificate(problems: Problems) -> None:
    changes = {f"{DEV}.region": "Ireland", f"{DEV}.load_balancer": {"certificate_arn": A_CERTIFICATE}}
    assert problems(changes) == [
        f"slipway.toml: {DEV}.region: must be an AWS region such as 'eu-central-1', is 'Ireland'"
    ]


def test_only_the_sandbox_is_in_the_emulated_account(problems: Problems) -> None:
    assert problems({"environments.sandbox.account": "111111111111"}) == [
        f"slipway.toml: environments.sandbox.account: {EMULATED}"
    ]


def test_there_is_at_least_one_environment(problems: Problems) -> None:
    assert problems({"environments": {}}) == [
        "slipway.toml: environments: must have at least one table, such as [environments.dev]"
    ]


def test_an_environment_without_a_branch_is_deployed_by_hand_only(read: Read) -> None:
    environment: Environment = read({f"{DEV}.branch": REMOVED}).environment("dev")
    assert environment.branch is None


def test_the_github_environment_may_have_another_name(read: Read) -> None:
    environment = read({f"{DEV}.github_environment": "Development.EU_1"}).environment("dev")
    assert (environment.name, environment.github_environment) == ("dev", "Development.EU_1")


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({f"{DEV}.github_environment": "prod"}, "prod"),
        ({f"{DEV}.github_environment": "PROD"}, "PROD"),
        ({"environments.prod.github_environment": "live", f"{DEV}.github_environment": "Live"}, "Live"),
    ],
)
def test_no_two_environments_share_one_of_github(changes: Changes, shared: str, problems: Problems) -> None:
    assert problems(changes) == [
        f"slipway.toml: environments: prod and dev have the same github_environment {shared!r}; each needs its own"
    ]


@pytest.mark.parametrize("name", ["d-ev", "dev-", "d-e--v"])
def test_no_two_environments_differ_by_hyphens_only(name: str, problems: Problems) -> None:
    assert problems({f"environments.{name}": DOCUMENT["environments"]["dev"]}) == [
        f"slipway.toml: environments: dev and {name} differ by hyphens only; call one of them otherwise"
    ]


@pytest.mark.parametrize("name", ["dev-service", "dev-service-2"])
def test_no_environment_has_a_name_that_the_roles_of_another_have_rights_on(name: str, problems: Problems) -> None:
    assert problems({f"environments.{name}": DOCUMENT["environments"]["dev"]}) == [
        f"slipway.toml: environments: {name} begins with dev-service, as the resources of dev do; call it otherwise"
    ]


@pytest.mark.parametrize("image", ["ghcr", "asset"])
def test_the_sandbox_builds_its_image_itself(image: str, problems: Problems) -> None:
    assert problems({"environments.sandbox.image": image}) == [
        f"slipway.toml: environments.sandbox.image: must be 'ecr' in sandbox, whose image make up builds and pushes, "
        f"is {image!r}"
    ]


def test_images_of_github_are_run_where_they_are_cached(problems: Problems) -> None:
    assert problems({"environments.prod.image": "ghcr"}) == []
    assert problems({f"{DEV}.image": "ghcr"}) == [
        "slipway.toml: environments.dev.image: 'ghcr' needs the environment in the registry's account 222222222222, "
        "which caches the images, is in 111111111111"
    ]


@pytest.mark.parametrize(
    ("changes", "enabled"),
    [
        ({}, True),
        ({"environments.prod.retain_data": False}, False),
        ({"environments.prod.retain_data": False, "environments.prod.container_insights": True}, True),
        ({"environments.prod.container_insights": False}, False),
    ],
)
def test_containers_are_measured_as_told_or_where_data_is_kept(
    changes: dict[str, bool],
    enabled: bool,  # noqa: FBT001 - a parameter of the test
    read: Read,
) -> None:
    assert read(changes).environment("prod").insights_enabled is enabled
