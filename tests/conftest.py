"""What every tier shares: the project's own configuration and variations of it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from configuration import Configuration, load
from tests import garbage, scheduling
from tests.tiers import Tiers

if TYPE_CHECKING:
    from aws_cdk.cx_api import CloudAssembly

PROJECT = Path(__file__).parent.parent

CONFIGURATION = PROJECT / "tests" / "slipway.toml"
"""Not the user's own, which may say anything."""

ASSEMBLIES = "TESTS_ASSEMBLIES"
"""The environment variable with the folder of assemblies that all workers share."""

Template = dict[str, Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tiers-report", type=Path, help="write what each tier took to this file, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """What the shell says of AWS or of proxies must not decide over a test, nor the job of GitHub that runs it."""
    foreign = ("AWS_", "GITHUB_", "SLIPWAY_")
    for name in [name for name in os.environ if name.startswith(foreign) or name.lower().endswith("_proxy")]:
        del os.environ[name]
    config.pluginmanager.register(garbage)
    config.pluginmanager.register(scheduling)
    if not hasattr(config, "workerinput"):  # the process that starts the workers, which inherit its environment
        folder = os.environ[ASSEMBLIES] = tempfile.mkdtemp(prefix="slipway-assemblies-")
        config.add_cleanup(lambda: shutil.rmtree(folder))
        config.pluginmanager.register(Tiers(config.getoption("tiers_report")))


@pytest.hookimpl(trylast=True)  # pytest-cov starts with the session, and misses what was imported before
def pytest_sessionstart(session: pytest.Session) -> None:
    """Where tests run, load what imports aws_cdk; a process that only starts others need not wait for it."""
    config = session.config
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        config.pluginmanager.import_plugin("tests.assemblies")


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return load(CONFIGURATION)


@pytest.fixture(scope="session")
def with_every_option(configuration: Configuration) -> Configuration:
    """As the project's own, but everything that slipway.toml may say of identities and images is said otherwise."""
    return varied(
        configuration,
        {
            "dev": {"image": "asset", "github_environment": "Development"},
            "prod": {"image": "ghcr", "github_environment": "live.eu"},
        },
        registry={"encryption": "kms", "rollback_depth": 5, "releases_kept": 12},
        identity={
            "permissions_boundary": "acme-boundary",
            "existing_oidc_provider_arns": (
                "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
            ),
            "build": {"role_name": "acme-pushes", "session_minutes": 61},
            "deploy": {"role_name": "acme-{environment}-deploys", "session_minutes": 720},
            "diff": {"role_name": "acme-compares", "session_minutes": 62},
            "drift": {"role_name": "acme-finds-drift", "session_minutes": 64},
            "operator": {
                "principal_arn": "arn:aws:iam::333333333333:user/on-call",
                "role_name": "acme-operates",
                "session_minutes": 63,
            },
        },
    ).select()


@pytest.fixture(scope="session")
def without_options(configuration: Configuration) -> Configuration:
    """As the project's own, but without what makes it safer: GitHub's ids and the permissions boundary."""
    return varied(
        configuration,
        github={"owner_id": None, "repository_id": None},
        identity={"permissions_boundary": None},
    ).select()


@pytest.fixture(scope="session")
def configuration_of_one_account(configuration: Configuration) -> Configuration:
    """prod, and staging in another region of the same account, from where nobody else reads images."""
    staging = {
        "region": "eu-west-1",
        "availability_zones": ("eu-west-1a", "eu-west-1b"),
        "load_balancer": {"plain_http": True},
        "branch": None,
        "alerts": {},  # a secret is in one region
        "telemetry": "cloudwatch",
        "dashboards": None,
    }
    return varied(configuration, {"staging": staging}).select(["prod", "staging"])


def varied(
    configuration: Configuration,
    environments: Mapping[str, Mapping[str, Any]] | None = None,
    **tables: Mapping[str, Any],
) -> Configuration:
    """The configuration with these keys changed; it is validated as if it were read from a file.

    Args:
        environments: keys and values by environment; a new one starts as a copy of prod.
        tables: keys and values by table.
    """
    document = configuration.model_dump(exclude_unset=True)  # as in the file: what is omitted stays so
    for name, table in tables.items():
        document[name] = document.get(name, {}) | table
    for name, changes in (environments or {}).items():
        known = document["environments"]
        start = known.get(name) or known["prod"] | {"github_environment": name}
        known[name] = start | changes
    for environment in document["environments"].values():
        environment.pop("name", None)  # written as [environments.NAME]
    return Configuration.model_validate(document)


def templates_of(assembly: CloudAssembly) -> dict[str, Template]:
    """Template by stack id."""
    return {stack.id: json.loads(Path(stack.template_full_path).read_text()) for stack in assembly.stacks}


def resources(template: Template, type_name: str) -> list[dict[str, Any]]:
    """The properties of all resources of that type."""
    return [each.get("Properties", {}) for each in template["Resources"].values() if each["Type"] == type_name]
