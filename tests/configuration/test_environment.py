"""`[environments.NAME]`: every rule, by the line that a user sees."""

from itertools import pairwise

import pytest

from configuration import Environment
from configuration.task import FARGATE_MEMORY_MIB
from tests.configuration.conftest import CERTIFICATE, DOCUMENT, REMOVED, Changes, Problems, Read

DEV = "environments.dev"
NAME = "must be a name of up to twenty lower-case letters, digits and hyphens, a letter first"
BRANCH = "must be a branch name without wildcards such as 'main'"
GITHUB_ENVIRONMENT = "must be a GitHub environment's name of letters, digits and . _ -"
CIDR = "must be an IPv4 network such as '10.10.0.0/16'"
EITHER = "must have either certificate_arn, or domain with hosted_zone_id and hosted_zone, or plain_http = true"
EMULATED = "000000000000 is the account of the environment 'sandbox', and of no other"
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
        ("network.cidr", "10.0.0.0/15", "network.cidr: must be a /16 to /24 network, is '10.0.0.0/15'"),
        ("network.cidr", "10.0.0.0/25", "network.cidr: must be a /16 to /24 network, is '10.0.0.0/25'"),
        ("network.cidr", "10.0.0.0", f"network.cidr: {CIDR}, is '10.0.0.0'"),
        ("network.cidr", "10.0.0.0/40", f"network.cidr: {CIDR}, is '10.0.0.0/40'"),
        ("network.cidr", "10.0.0.1/16", f"network.cidr: {CIDR}, is '10.0.0.1/16'; did you mean '10.0.0.0/16'?"),
        ("network.cidr", "fd00::/16", f"network.cidr: {CIDR}, is 'fd00::/16'"),
        ("alerts.emails", ["on-call"], "alerts.emails[0]: must be an email address, is 'on-call'"),
        ("alerts.emails", ["a@b.example", "a b@c"], "alerts.emails[1]: must be an email address, is 'a b@c'"),
        ("tasks.min", 0, "tasks.min: must be at least 1, is 0"),
        ("tasks.min", 1001, "tasks.min: must be at most 1000, is 1001"),
        ("tasks.max", 0, "tasks.max: must be at least 1, is 0"),
        ("tasks.max", 1001, "tasks.max: must be at most 1000, is 1001"),
        ("tasks.max", 1, "tasks.max: must be at least tasks.min (2), is 1"),
        ("tasks", {"min": 5}, "tasks.max: must be at least tasks.min (5), is 4"),
        ("task.architecture", "arm", "task.architecture: must be 'arm64' or 'x86_64', is 'arm'"),
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


@pytest.mark.parametrize(
    ("load_balancer", "line"),
    [
        ({}, f"load_balancer: {EITHER}"),
        ({"plain_http": False}, f"load_balancer: {EITHER}"),
        ({"plain_http": True, "certificate_arn": A_CERTIFICATE}, f"load_balancer: {EITHER}"),
        (
            {"certificate_arn": CERTIFICATE.format(region="us-east-1", account="111111111111")},
            "load_balancer.certificate_arn: must be in region eu-west-1, is in us-east-1",
        ),
        (
            {"certificate_arn": CERTIFICATE.format(region="eu-west-1", account="222222222222")},
            "load_balancer.certificate_arn: must be in account 111111111111, is in 222222222222",
        ),
        (
            {"certificate_arn": f"{A_CERTIFICATE}*"},
            (
                "load_balancer.certificate_arn: must be the ARN of an ACM certificate such as "
                f"'arn:aws:acm:REGION:ACCOUNT:certificate/ID', is '{A_CERTIFICATE}*'"
            ),
        ),
        (
            {"certificate_arn": "arn:aws:iam::111111111111:server-certificate/web"},
            (
                "load_balancer.certificate_arn: must be the ARN of an ACM certificate such as "
                "'arn:aws:acm:REGION:ACCOUNT:certificate/ID', is 'arn:aws:iam::111111111111:server-certificate/web'"
            ),
        ),
    ],
)
def test_a_load_balancer_has_a_certificate_within_its_reach_or_none_on_purpose(
    load_balancer: object, line: str, problems: Problems
) -> None:
    assert problems({f"{DEV}.load_balancer": load_balancer}) == [f"slipway.toml: {DEV}.{line}"]


@pytest.mark.parametrize("load_balancer", [{"plain_http": True}, {"certificate_arn": A_CERTIFICATE}])
def test_either_of_the_two_is_accepted(load_balancer: object, problems: Problems) -> None:
    assert problems({f"{DEV}.load_balancer": load_balancer}) == []


@pytest.mark.parametrize(
    ("cpu", "memory", "complaint"),
    [
        (300, 512, "cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, is 300"),
        (256, 4096, "memory must be one of 512, 1024, 2048 MiB when cpu is 256, is 4096"),
        (512, 512, "memory must be one of 1024, 2048, 3072, 4096 MiB when cpu is 512, is 512"),
    ],
)
def test_a_size_that_fargate_does_not_have_is_answered_with_those_it_has(
    cpu: int, memory: int, complaint: str, problems: Problems
) -> None:
    changes = {f"{DEV}.task.cpu": cpu, f"{DEV}.task.memory": memory}
    assert problems(changes) == [f"slipway.toml: {DEV}.task: {complaint}"]


# Smallest, second and largest memory for each number of CPU units, from AWS's table of Fargate task sizes.
@pytest.mark.parametrize(
    ("cpu", "smallest", "second", "largest"),
    [
        (256, 512, 1024, 2048),
        (512, 1024, 2048, 4096),
        (1024, 2048, 3072, 8192),
        (2048, 4096, 5120, 16384),
        (4096, 8192, 9216, 30720),
        (8192, 16384, 20480, 61440),
        (16384, 32768, 40960, 122880),
    ],
)
def test_the_sizes_are_those_of_fargate(cpu: int, smallest: int, second: int, largest: int) -> None:
    sizes = FARGATE_MEMORY_MIB[cpu]
    assert (sizes[0], sizes[1], sizes[-1]) == (smallest, second, largest)
    assert {later - earlier for earlier, later in pairwise(sizes)} <= {second - smallest, 1024}


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "192.168.7.0/24"])
def test_the_largest_and_the_smallest_network_are_accepted(cidr: str, problems: Problems) -> None:
    assert problems({f"{DEV}.network.cidr": cidr}) == []


def test_as_many_tasks_at_least_as_at_most_are_accepted(problems: Problems) -> None:
    assert problems({f"{DEV}.tasks": {"min": 1000, "max": 1000}}) == []


def test_a_bad_minimum_is_not_also_a_problem_of_the_maximum(problems: Problems) -> None:
    assert problems({f"{DEV}.tasks.min": 5000}) == [f"slipway.toml: {DEV}.tasks.min: must be at most 1000, is 5000"]


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
