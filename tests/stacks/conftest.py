"""Variations of the project's own configuration that only its stacks are tested with."""

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import assemble, varied

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
            "staging": copy_of_prod | {"network": {"cidr": "10.10.0.0/16", "nat": "endpoints"}, "task": {"exec": True}},
            "prod": {
                "availability_zones": zones,
                "network": {"existing_vpc": vpc | {"task_subnet_ids": TASK_SUBNETS}},
            },
            "qa": copy_of_prod
            | {"network": {"existing_vpc": vpc | {"task_subnet_ids": PUBLIC_SUBNETS, "public_addresses": True}}},
        },
    ).select()


@pytest.fixture(scope="session")
def assembly_of_other_networks(other_networks: Configuration) -> CloudAssembly:
    return assemble(other_networks)
