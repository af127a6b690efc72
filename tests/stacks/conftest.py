"""A variation of the project's own configuration that only its stacks are tested with."""

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import assemble, varied


@pytest.fixture(scope="session")
def other_images(configuration: Configuration) -> CloudAssembly:
    """As the project's own, but for dev CDK builds the image, and prod takes it from GHCR."""
    return assemble(varied(configuration, {"dev": {"image": "asset"}, "prod": {"image": "ghcr"}}).select())
