"""Variations of the project's own configuration, each synthesised once."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration, Environment
from tests.conftest import assemble


def varied(configuration: Configuration, changes: Mapping[str, dict[str, Any]]) -> Configuration:
    """The configuration with these keys of these environments changed; a new environment starts as a copy of prod."""
    environments = dict(configuration.environments)
    for name, values in changes.items():
        start = environments.get(name, environments["prod"]).model_dump()
        environments[name] = Environment.model_validate(start | {"name": name} | values)
    return configuration.model_copy(update={"environments": environments})


@pytest.fixture(scope="session")
def other_images(configuration: Configuration) -> CloudAssembly:
    """As the project's own, but dev takes its image from GHCR, and for prod CDK builds it."""
    return assemble(varied(configuration, {"dev": {"image": "ghcr"}, "prod": {"image": "asset"}}).select())


@pytest.fixture(scope="session")
def one_account(configuration: Configuration) -> CloudAssembly:
    """prod, and staging in another region of the same account, from where nobody else reads images."""
    staging = {
        "region": "eu-west-1",
        "availability_zones": ("eu-west-1a", "eu-west-1b"),
        "load_balancer": {"plain_http": True},
        "branch": None,
    }
    return assemble(varied(configuration, {"staging": staging}).select(["prod", "staging"]))
