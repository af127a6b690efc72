"""What every template must be: accepted by cfn-lint, made without asking anybody, and free of loops between stacks."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly
from cfnlint import ManualArgs
from cfnlint.api import lint_by_config

from configuration import load, stack_names
from tests.conftest import PROJECT, resources
from tests.stacks.linting import findings
from tests.stacks.variants import STRATEGIES, VARIANTS

ORDER = ("identity", "registry", "network", "telemetry", "prometheus", "service", "dashboards", "observability")


def test_cfn_lint_finds_only_what_it_finds_in_every_template(
    assembly: CloudAssembly,
    sandbox_assembly: CloudAssembly,
    assembly_with_every_option: CloudAssembly,
    assembly_of_other_networks: CloudAssembly,
    strategies: Mapping[str, CloudAssembly],
    variants: CloudAssembly,
) -> None:
    shared = [stack for stack in assembly_with_every_option.stacks if _role(stack.id) in {"identity", "registry"}]
    assert len(shared) == 3
    shifting = [stack for each in strategies.values() for stack in each.stacks if "prod" in stack.id]
    assert len(shifting) > len(STRATEGIES)
    networks = [stack for stack in assembly_of_other_networks.stacks if _role(stack.id) not in {"identity", "registry"}]
    assert len(networks) == 4 + 6 + 5 + 3
    varied = [stack for stack in variants.stacks if any(name in stack.id for name in VARIANTS)]
    assert len(varied) > len(VARIANTS)
    assert findings([*assembly.stacks, *sandbox_assembly.stacks, *shared, *networks, *shifting, *varied]) == []


def test_cfn_lint_finds_the_error_of_a_broken_template(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Speed": 1}}}}))
    (finding,) = lint_by_config(ManualArgs(templates=[str(path)]))
    assert (finding.rule.id, finding.rule.severity) == ("E3002", "error")


def test_a_stack_refers_only_to_those_before_it(templates: Mapping[str, Any]) -> None:
    for name, template in templates.items():
        text = json.dumps(template)
        later = ORDER[ORDER.index(_role(name)) :]
        named = [other for other in templates if f'"StackName": "{other}"' in text]
        assert [other for other in named if _role(other) in later] == [], name


def test_synthesis_needs_no_network_and_no_credentials(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],  # where jsii keeps what it unpacked, which takes ten seconds to do anew
        "AWS_CONFIG_FILE": str(tmp_path / "missing"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "missing"),
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        # Whoever asked AWS, GitHub or a registry would have to go through this proxy, at which nobody listens.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    subprocess.run([sys.executable, "app.py"], cwd=PROJECT, env=environment, check=True, capture_output=True)
    written = {path.name.removesuffix(".template.json") for path in (tmp_path / "cdk.out").glob("*.template.json")}
    environments = load(PROJECT / "slipway.toml").select().environments.values()
    assert {
        stack
        for each in environments
        for stack in (
            stack_names.service(each.name),
            *stack_names.beside_the_service(each.name, collects_telemetry=each.collects_telemetry),
        )
    } <= written
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
