"""What every tier shares: the project's own configuration, and its templates, synthesised once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import app as application  # first: it chooses the Node that aws_cdk starts

from aws_cdk.cx_api import CloudAssembly  # isort: skip - see above
from configuration import SANDBOX, Configuration, load

PROJECT = Path(__file__).parent.parent

Template = dict[str, Any]


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return load(PROJECT / "slipway.toml")


@pytest.fixture(scope="session")
def assembly(configuration: Configuration) -> CloudAssembly:
    """Of every environment but the sandbox."""
    return assemble(configuration.select())


@pytest.fixture(scope="session")
def sandbox_assembly(configuration: Configuration) -> CloudAssembly:
    return assemble(configuration.select([SANDBOX]))


@pytest.fixture(scope="session")
def templates(assembly: CloudAssembly, sandbox_assembly: CloudAssembly) -> Mapping[str, Template]:
    """Template by stack id, of every environment including the sandbox, whose shared stacks are in `sandbox-ID`."""
    return templates_of(assembly) | {
        (name if SANDBOX in name else f"{SANDBOX}-{name}"): template
        for name, template in templates_of(sandbox_assembly).items()
    }


def assemble(configuration: Configuration) -> CloudAssembly:
    """What `cdk synth` would write, made through the same door, cdk-nag included."""
    return application.build_app(configuration).synth()


def templates_of(assembly: CloudAssembly) -> dict[str, Template]:
    """Template by stack id."""
    return {stack.id: json.loads(Path(stack.template_full_path).read_text()) for stack in assembly.stacks}


def resources(template: Template, type_name: str) -> list[dict[str, Any]]:
    """The properties of all resources of that type."""
    return [each.get("Properties", {}) for each in template["Resources"].values() if each["Type"] == type_name]
