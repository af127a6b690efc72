"""Variations of the project's own configuration that only its stacks are tested with."""

from collections.abc import Mapping

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import Template, templates_of, varied
from tests.stacks.variants import STRATEGIES, VARIANTS, WITHOUT_TELEMETRY
from tests.synthesis import assemble

PUBLIC_SUBNETS = ("subnet-0000000000000000a", "subnet-0000000000000000b")
TASK_SUBNETS = ("subnet-1000000000000000a", "subnet-1000000000000000b")


@pytest.fixture(scope="session")
def other_images(configuration: Configuration) -> CloudAssembly:
    """As the project's own, but for dev CDK builds the image, and prod takes it from GHCR."""
    return assemble(varied(configuration, {"dev": {"image": "asset"}, "prod": {"image": "ghcr"}}).select())


@pytest.fixture(scope="session")
def other_networks(configuration: Configuration) -> Configuration:
    """Tasks that reach AWS through endpoints alone (dev, staging), and existing VPCs (prod, qa)."""
    zones = ("eu-central-1a", "eu-central-1b")
    vpc = {"id": "vpc-0123456789abcdef0", "cidr": "10.9.0.0/20", "public_subnet_ids": PUBLIC_SUBNETS}
    copy_of_prod = {"branch": None, "availability_zones": zones}
    return varied(
        configuration,
        {
            "dev": {"network": {"cidr": "10.10.0.0/16", "nat": "endpoints", "flow_logs": False}},
            "staging": copy_of_prod
            | {
                "network": {"cidr": "10.10.0.0/16", "nat": "endpoints"},
                "task": {"cpu": 512, "memory": 1024, "exec": True},
            },
            "prod": {
                "availability_zones": zones,
                "network": {"existing_vpc": vpc | {"task_subnet_ids": TASK_SUBNETS}},
            },
            "qa": copy_of_prod
            | {
                **WITHOUT_TELEMETRY,
                "network": {"existing_vpc": vpc | {"task_subnet_ids": PUBLIC_SUBNETS, "public_addresses": True}},
            },
        },
    ).select()


@pytest.fixture(scope="session")
def assembly_of_other_networks(other_networks: Configuration) -> CloudAssembly:
    return assemble(other_networks)


@pytest.fixture(scope="session")
def configuration_of_variants(configuration: Configuration) -> Configuration:
    """prod and its variants."""
    environments = {name: {"branch": None, **tables} for name, tables in VARIANTS.items()}
    return varied(configuration, environments).select(["prod", *VARIANTS])


@pytest.fixture(scope="session")
def variants(configuration_of_variants: Configuration) -> CloudAssembly:
    """All variants beside prod, in one app."""
    return assemble(configuration_of_variants)


@pytest.fixture(scope="session")
def services(variants: CloudAssembly) -> Mapping[str, Template]:
    """The service's template by variant; `prod` is the one without any."""
    found = templates_of(variants)
    return {name: found[f"slipway-{name}-service"] for name in ("prod", *VARIANTS)}


@pytest.fixture(scope="session")
def strategies(configuration: Configuration) -> Mapping[str, CloudAssembly]:
    """prod with each strategy, and with nothing else than that said otherwise."""
    return {
        name: assemble(varied(configuration, {"prod": {"rollout": table}}).select(["prod"]))
        for name, table in STRATEGIES.items()
    }
