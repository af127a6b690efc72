"""What every template must be: accepted by cfn-lint, made without asking anybody, and free of loops between stacks."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs
from cfnlint import lint as cfn_lint

from tests.conftest import PROJECT, resources

ORDER = ("identity", "registry", "network", "telemetry", "service", "observability")


def test_cfn_lint_finds_no_error(templates: Mapping[str, Any]) -> None:
    findings = {
        name: [f"{match.rule.id} {match.message}" for match in cfn_lint(json.dumps(template), config=ManualArgs())]
        for name, template in templates.items()
    }
    assert {name: found for name, found in findings.items() if [line for line in found if line.startswith("E")]} == {}


def test_a_stack_refers_only_to_those_before_it(templates: Mapping[str, Any]) -> None:
    for name, template in templates.items():
        text = json.dumps(template)
        later = ORDER[ORDER.index(_role(name)) :]
        named = [other for other in templates if f'"StackName": "{other}"' in text]
        assert [other for other in named if _role(other) in later] == [], name


def test_synthesis_needs_no_network_and_no_credentials(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        # Whoever asked AWS, GitHub or a registry would have to go through this proxy, at which nobody listens.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    subprocess.run([sys.executable, "app.py"], cwd=PROJECT, env=environment, check=True, capture_output=True)
    written = {path.name.removesuffix(".template.json") for path in (tmp_path / "cdk.out").glob("*.template.json")}
    assert {f"slipway-{each}-{stack}" for each in ("dev", "prod") for stack in ORDER[2:]} <= written
    assert not list((tmp_path / "cdk.out").glob("*sandbox*"))


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox"])
def test_zones_are_those_of_the_configuration(
    environment: str, templates: Mapping[str, Any], configuration: Any
) -> None:
    zones = {
        each["AvailabilityZone"] for each in resources(templates[f"slipway-{environment}-network"], "AWS::EC2::Subnet")
    }
    assert zones == set(configuration.environment(environment).availability_zones)


def _role(stack: str) -> str:
    return next(role for role in ORDER if role in stack)
