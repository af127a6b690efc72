"""`[environments.NAME.network]`: every rule, by the line that a user sees."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from tests.configuration.conftest import REMOVED, Problems, Read

DEV = "environments.dev"
NETWORK = f"{DEV}.network"
CIDR = "must be an IPv4 network such as '10.10.0.0/16'"
SUBNET = "must be the id of a subnet such as 'subnet-0123456789abcdef0'"
SUBNETS = [f"subnet-{number}" for number in ("0123456789abcdef0", "11111111111111111", "22222222", "33333333")]

VPC: dict[str, Any] = {
    "id": "vpc-0123456789abcdef0",
    "cidr": "10.0.0.0/16",
    "public_subnet_ids": SUBNETS[:2],
    "task_subnet_ids": SUBNETS[2:],
}


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        (
            "nat",
            "instance",
            "nat: must be 'none', 'gateway', 'gateway_per_az' or 'endpoints', is 'instance'",
        ),
        ("cidr", "10.0.0.0/15", "cidr: must be a /16 to /24 network, is '10.0.0.0/15'"),
        ("cidr", "10.0.0.0/25", "cidr: must be a /16 to /24 network, is '10.0.0.0/25'"),
        ("cidr", "10.0.0.0", f"cidr: {CIDR}, is '10.0.0.0'"),
        ("cidr", "10.0.0.0/40", f"cidr: {CIDR}, is '10.0.0.0/40'"),
        ("cidr", "10.0.0.1/16", f"cidr: {CIDR}, is '10.0.0.1/16'; did you mean '10.0.0.0/16'?"),
        ("cidr", "fd00::/16", f"cidr: {CIDR}, is 'fd00::/16'"),
        ("cidr", REMOVED, "cidr: is required"),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, line: str, problems: Problems) -> None:
    assert problems({f"{NETWORK}.{key}": value}) == [f"slipway.toml: {NETWORK}.{line}"]


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "192.168.7.0/24"])
def test_the_largest_and_the_smallest_network_are_accepted(cidr: str, problems: Problems) -> None:
    assert problems({f"{NETWORK}.cidr": cidr}) == []


@pytest.mark.parametrize(
    ("nat", "public_addresses"), [("none", True), ("gateway", False), ("gateway_per_az", False), ("endpoints", False)]
)
def test_tasks_have_public_addresses_only_where_nothing_else_leads_out(
    nat: str, public_addresses: object, read: Read
) -> None:
    network = read({f"{NETWORK}.nat": nat, "registry.region": "eu-west-1"}).environment("dev").network
    assert (network.vpc_cidr, network.public_addresses) == (IPv4Network("10.10.0.0/16"), public_addresses)


def test_an_existing_vpc_takes_the_place_of_one_of_its_own(read: Read) -> None:
    network = read({NETWORK: {"existing_vpc": VPC}}).environment("dev").network
    assert network.existing_vpc is not None
    assert (network.existing_vpc.id, network.vpc_cidr) == ("vpc-0123456789abcdef0", IPv4Network("10.0.0.0/16"))
    assert network.existing_vpc.public_subnet_ids == tuple(SUBNETS[:2])
    assert network.existing_vpc.task_subnet_ids == tuple(SUBNETS[2:])
    assert not network.public_addresses


def test_tasks_may_share_the_public_subnets_of_an_existing_vpc_if_they_get_public_addresses(read: Read) -> None:
    vpc = VPC | {"task_subnet_ids": SUBNETS[:2], "public_addresses": True}
    assert read({NETWORK: {"existing_vpc": vpc}}).environment("dev").network.public_addresses


@pytest.mark.parametrize("prefix", [16, 28])
def test_an_existing_vpc_may_be_as_large_and_as_small_as_aws_allows(prefix: int, problems: Problems) -> None:
    assert problems({NETWORK: {"existing_vpc": VPC | {"cidr": f"10.0.0.0/{prefix}"}}}) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"id": "0123456789abcdef0"},
            "id: must be the id of a VPC such as 'vpc-0123456789abcdef0', is '0123456789abcdef0'",
        ),
        ({"cidr": "10.0.0.0/29"}, "cidr: must be a /16 to /28 network, is '10.0.0.0/29'"),
        ({"cidr": "10.0.0.0/8"}, "cidr: must be a /16 to /28 network, is '10.0.0.0/8'"),
        ({"public_subnet_ids": [SUBNETS[0], "public"]}, f"public_subnet_ids[1]: {SUBNET}, is 'public'"),
        ({"task_subnet_ids": "private"}, "task_subnet_ids: must be an array, is 'private'"),
        (
            {"public_subnet_ids": ["subnet-aaaaaaaa"] * 2},
            "public_subnet_ids: must differ from each other, are subnet-aaaaaaaa, subnet-aaaaaaaa",
        ),
        (
            {"task_subnet_ids": [SUBNETS[3], SUBNETS[1]]},
            f"task_subnet_ids: must not be public ones ({SUBNETS[1]}) without public_addresses = true: tasks in them "
            "would reach no registry",
        ),
        (
            {"public_subnet_ids": SUBNETS[:1]},
            "public_subnet_ids: must be one for each of eu-west-1a, eu-west-1b, in this order, are 1",
        ),
        (
            {"public_subnet_ids": [], "task_subnet_ids": [*SUBNETS[2:], "subnet-aaaaaaaa"]},
            "public_subnet_ids: must be one for each of eu-west-1a, eu-west-1b, in this order, are 0",
        ),
        (
            {"task_subnet_ids": [*SUBNETS[2:], "subnet-aaaaaaaa"]},
            "task_subnet_ids: must be one for each of eu-west-1a, eu-west-1b, in this order, are 3",
        ),
    ],
)
def test_what_cannot_be_an_existing_vpc_is_one_line(changes: dict[str, object], line: str, problems: Problems) -> None:
    assert problems({NETWORK: {"existing_vpc": VPC | changes}}) == [f"slipway.toml: {NETWORK}.existing_vpc.{line}"]


@pytest.mark.parametrize("key", VPC)
def test_an_existing_vpc_is_described_completely(key: str, problems: Problems) -> None:
    vpc = {name: value for name, value in VPC.items() if name != key}
    assert problems({NETWORK: {"existing_vpc": vpc}}) == [f"slipway.toml: {NETWORK}.existing_vpc.{key}: is required"]


def test_an_existing_vpc_without_zones_is_not_also_a_problem_of_its_subnets(problems: Problems) -> None:
    changes = {f"{DEV}.availability_zones": ["eu-west-1a"], NETWORK: {"existing_vpc": VPC}}
    assert problems(changes) == [f"slipway.toml: {DEV}.availability_zones: must be 2 to 3 zones, are 1"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"cidr": "10.0.0.0/16"}, "cidr"),
        ({"nat": "gateway"}, "nat"),  # also what would be the default
        ({"flow_logs": True}, "flow_logs"),
        ({"cidr": "10.0.0.0/16", "nat": "none", "flow_logs": False}, "cidr and flow_logs and nat"),
    ],
)
def test_an_existing_vpc_is_as_it_is(given: dict[str, object], named: str, problems: Problems) -> None:
    assert problems({NETWORK: {"existing_vpc": VPC} | given}) == [
        f"slipway.toml: {NETWORK}.existing_vpc: must not be given together with {named}, which describe a VPC of its "
        "own"
    ]


def test_images_of_github_are_not_fetched_without_a_way_to_the_internet(problems: Problems) -> None:
    assert problems({"environments.prod.image": "ghcr", "environments.prod.network.nat": "endpoints"}) == [
        "slipway.toml: environments.prod.network.nat: must not be 'endpoints' with image = 'ghcr': ECR fetches a new "
        "image only for tasks that reach the internet"
    ]


def test_endpoints_lead_to_a_registry_of_their_own_region_only(problems: Problems) -> None:
    assert problems({f"{NETWORK}.nat": "endpoints", "registry.region": "eu-west-1"}) == []
    assert problems({f"{NETWORK}.nat": "endpoints", f"{DEV}.image": "asset"}) == []
    assert problems({"environments.sandbox.network.nat": "endpoints"}) == []
    assert problems({f"{NETWORK}.nat": "endpoints"}) == [
        f"slipway.toml: {NETWORK}.nat: must not be 'endpoints' in eu-west-1: no VPC endpoint there leads to the "
        "registry in eu-central-1"
    ]
