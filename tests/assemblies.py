"""A plugin of pytest: what every tier shares of the project's templates, made once in a run.

conftest.py loads it in the processes that run tests, because it imports aws_cdk.
"""

from collections.abc import Mapping

import pytest

from tests.synthesis import assemble  # first: it chooses the Node that aws_cdk starts

from aws_cdk.cx_api import CloudAssembly  # isort: skip - see above
from configuration import SANDBOX, Configuration
from tests.conftest import Template, templates_of


@pytest.fixture(scope="session")
def assembly(configuration: Configuration) -> CloudAssembly:
    """Of every environment but the sandbox."""
    return assemble(configuration.select())


@pytest.fixture(scope="session")
def sandbox_assembly(configuration: Configuration) -> CloudAssembly:
    return assemble(configuration.select([SANDBOX]))


@pytest.fixture(scope="session")
def assembly_with_every_option(with_every_option: Configuration) -> CloudAssembly:
    return assemble(with_every_option)


@pytest.fixture(scope="session")
def assembly_without_options(without_options: Configuration) -> CloudAssembly:
    return assemble(without_options)


@pytest.fixture(scope="session")
def one_account(configuration_of_one_account: Configuration) -> CloudAssembly:
    return assemble(configuration_of_one_account)


@pytest.fixture(scope="session")
def templates(assembly: CloudAssembly, sandbox_assembly: CloudAssembly) -> Mapping[str, Template]:
    """Template by stack id, of every environment including the sandbox, whose shared stacks are in `sandbox-ID`."""
    return templates_of(assembly) | {
        (name if SANDBOX in name else f"{SANDBOX}-{name}"): template
        for name, template in templates_of(sandbox_assembly).items()
    }
