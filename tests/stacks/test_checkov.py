"""checkov: no check fails that nobody has accepted, and nothing is accepted that does not fail."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.stacks.checkov import Failed, failed_checks

NAMESPACE = "Checkov::"


class Placed(NamedTuple):
    """A check and the path of a construct: which fails it, or has it accepted for itself and what is below it."""

    path: str
    check: str


class Stack(NamedTuple):
    """A stack as it was written."""

    template: Path
    metadata: Mapping[str, Sequence[Any]]

    def entries(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Path of the construct and data, of the metadata of that kind."""
        for path, entries in self.metadata.items():
            yield from ((path, entry["data"]) for entry in entries if entry["type"] == kind)

    def failed(self, failed: set[Failed]) -> set[Placed]:
        paths = {logical_id: path for path, logical_id in self.entries("aws:cdk:logicalId")}
        return {Placed(paths[each.logical_id], each.check) for each in failed if each.template == self.template}

    def accepted(self) -> set[Placed]:
        """As `acknowledge` left it in the assembly."""
        return {
            Placed(path, finding.removeprefix(NAMESPACE))
            for path, data in self.entries("aws:cdk:acknowledged-rules")
            for finding in data
            if finding.startswith(NAMESPACE)
        }


def stacks_of(assembly: CloudAssembly) -> Iterator[Stack]:
    directory = Path(assembly.directory)
    manifest = json.loads((directory / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            metadata = json.loads((directory / artifact["additionalMetadataFile"]).read_text())
            yield Stack(directory / artifact["properties"]["templateFile"], metadata)


@pytest.fixture(scope="module")
def stacks(
    assembly: CloudAssembly,
    sandbox_assembly: CloudAssembly,
    assembly_with_every_option: CloudAssembly,
    assembly_of_other_networks: CloudAssembly,
    variants: CloudAssembly,
) -> Sequence[Stack]:
    """Of all environments, and of every option that an environment may have."""
    assemblies = assembly, sandbox_assembly, assembly_with_every_option, assembly_of_other_networks, variants
    return [stack for each in assemblies for stack in stacks_of(each)]


@pytest.fixture(scope="module")
def open_to_the_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with something wrong in it."""
    path = tmp_path_factory.mktemp("open") / "open.json"
    everybody = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
    group = {"GroupDescription": "Everybody", "SecurityGroupIngress": [everybody]}
    path.write_text(json.dumps({"Resources": {"Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}}}))
    return path


@pytest.fixture(scope="module")
def failed(stacks: Sequence[Stack], open_to_the_world: Path, tmp_path_factory: pytest.TempPathFactory) -> set[Failed]:
    """Of all these templates, in one run: most of its time is the start."""
    templates = [*(stack.template for stack in stacks), open_to_the_world]
    return failed_checks(templates, tmp_path_factory.mktemp("templates"))


def covers(acknowledged: Placed, failed: Placed) -> bool:
    return acknowledged.check == failed.check and f"{failed.path}/".startswith(f"{acknowledged.path}/")


def test_checkov_finds_what_is_wrong_with_a_template(failed: set[Failed], open_to_the_world: Path) -> None:
    assert Failed(open_to_the_world, "Door", "CKV_AWS_24") in failed


def test_every_check_that_fails_is_acknowledged(stacks: Sequence[Stack], failed: set[Failed]) -> None:
    assert {
        each
        for stack in stacks
        for each in stack.failed(failed)
        if not any(covers(acknowledged, each) for acknowledged in stack.accepted())
    } == set()


def test_every_acknowledgement_is_of_a_check_that_fails(stacks: Sequence[Stack], failed: set[Failed]) -> None:
    assert sum(len(stack.accepted()) for stack in stacks) > 50
    assert {
        acknowledged
        for stack in stacks
        for acknowledged in stack.accepted()
        if not any(covers(acknowledged, each) for each in stack.failed(failed))
    } == set()
