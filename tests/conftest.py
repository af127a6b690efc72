"""What every tier shares: the project's own configuration, and its templates, synthesised once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import app as application  # first: it chooses the Node that aws_cdk starts
from configuration import SANDBOX, Configuration, load

PROJECT = Path(__file__).parent.parent

Template = dict[str, Any]


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return load(PROJECT / "slipway.toml")


@pytest.fixture(scope="session")
def templates(configuration: Configuration) -> Mapping[str, Template]:
    """Template by stack id, of every environment including the sandbox, whose shared stacks are in `sandbox-ID`."""
    return synthesize(configuration.select()) | {
        (name if SANDBOX in name else f"{SANDBOX}-{name}"): template
        for name, template in synthesize(configuration.select([SANDBOX])).items()
    }


def synthesize(configuration: Configuration) -> dict[str, Template]:
    """Template by stack id, through the same door as `cdk synth`, cdk-nag included."""
    assembly = application.build_app(configuration).synth()
    return {stack.id: json.loads(Path(stack.template_full_path).read_text()) for stack in assembly.stacks}


def resources(template: Template, type_name: str) -> list[dict[str, Any]]:
    """The properties of all resources of that type."""
    return [each.get("Properties", {}) for each in template["Resources"].values() if each["Type"] == type_name]
