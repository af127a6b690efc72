"""An assembly as `cdk synth` writes it: the templates, and what the CDK says about them.

HEAD's is made by the code under review: what is read here is data of a stranger, and no file outside of the folder
is opened for it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configuration import ConfigurationError
from configuration.approved_changes import FILE_NAME
from operations.review.names import shortened

MANIFEST = "manifest.json"
LARGEST = 32_000_000
"""Bytes of a file. CloudFormation takes templates of 1 MB ("AWS CloudFormation quotas"); the metadata of a stack can be
more."""

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
LOGICAL_ID = "aws:cdk:logicalId"
PATH = "aws:cdk:path"


class AssemblyError(ConfigurationError):
    """A folder does not hold what `cdk synth` writes; one line that names the file."""


@dataclass(frozen=True)
class Template:
    """One stack of an assembly.

    Attributes:
        stack: its id in the app.
        name: that CloudFormation knows it by.
        account: twelve digits, or `unknown-account`.
        region: such as `eu-central-1`, or `unknown-region`.
        settings: what CloudFormation is told beside the template: tags and termination protection.
        document: the template.
        paths: construct path below the stack, by logical id.
        acknowledged: reason by construct path below the stack (empty for the stack itself) and finding.
        file_assets: hashes of the files that go with the template, images not among them; HEAD may claim any name.
    """

    stack: str
    name: str
    account: str
    region: str
    settings: Mapping[str, Any]
    document: Mapping[str, Any]
    paths: Mapping[str, str]
    acknowledged: Mapping[tuple[str, str], str]
    file_assets: frozenset[str]

    @property
    def key(self) -> str:
        """What CloudFormation tells stacks apart by: account, region and name."""
        return f"{self.account}/{self.region}/{self.name}"

    def section(self, name: str) -> Mapping[str, Any]:
        """A part of the template such as `Resources`; empty if there is none."""
        section: Mapping[str, Any] = self.document.get(name, {})
        return section


@dataclass(frozen=True)
class Approval:
    """A change that the assembly's `slipway.toml` approves.

    Text throughout: a newer version of the app may approve what this one has no name for.
    """

    change: str
    stack: str
    resource: str | None
    reason: str


@dataclass(frozen=True)
class Assembly:
    """What one synthesis wrote."""

    templates: Sequence[Template]
    approvals: Sequence[Approval]


def read_assembly(folder: Path) -> Assembly:
    """Read that folder.

    Raises:
        AssemblyError: it is not what `cdk synth` writes.
    """
    if not (folder / MANIFEST).is_file():
        raise AssemblyError(
            f"{folder}: has no {MANIFEST}; must be a folder that cdk synth wrote, as make synth writes cdk.out"
        )
    return Assembly(tuple(_templates(folder)), tuple(_approvals(folder)))


def _templates(folder: Path) -> Iterator[Template]:
    manifest = folder / MANIFEST
    artifacts = _parsed(folder, MANIFEST).get("artifacts", {})
    for name, artifact in artifacts.items():
        try:
            match artifact["type"]:
                case "aws:cloudformation:stack":
                    yield _template(folder, name, artifact)
                case "cdk:cloud-assembly":  # a stage of the app has an assembly of its own
                    yield from _templates(_inside(folder, artifact["properties"]["directoryName"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AssemblyError(f"{manifest}: {name}: is not as cdk synth writes it: {error!r}") from error


def _template(folder: Path, id: str, artifact: Mapping[str, Any]) -> Template:
    properties = artifact["properties"]
    document = _document(folder, properties["templateFile"])
    metadata = dict(artifact.get("metadata", {}))
    if "additionalMetadataFile" in artifact:
        metadata |= _parsed(folder, artifact["additionalMetadataFile"])
    stack = str(artifact.get("displayName", id)).partition(" ")[0]
    _, _, place = str(artifact.get("environment", "")).partition("://")
    account, _, region = place.partition("/")
    return Template(
        stack=stack,
        name=str(properties.get("stackName", id)),
        account=account or "unknown-account",
        region=region or "unknown-region",
        settings={key: properties[key] for key in ("tags", "terminationProtection") if properties.get(key)},
        document=document,
        paths=_paths(stack, document, metadata),
        acknowledged=_acknowledged(stack, metadata),
        file_assets=frozenset(_file_assets(folder, id)),
    )


def _document(folder: Path, name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = _parsed(folder, name)
    for section in ("Resources", "Outputs", "Parameters", "Conditions", "Mappings"):
        if not isinstance(document.get(section, {}), dict):
            raise AssemblyError(f"{folder / name}: {section}: is not a table")
    for logical_id, resource in document.get("Resources", {}).items():
        if not (
            isinstance(resource, dict)
            and isinstance(resource.get("Type"), str)
            and isinstance(resource.get("Properties", {}), dict)
        ):
            raise AssemblyError(f"{folder / name}: Resources.{logical_id}: is not a resource")
    return document


def _paths(stack: str, document: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, str]:
    """From the metadata that every synthesis writes, and from the templates where the CDK CLI had it put there."""
    paths = {
        entry["data"]: shortened(path, stack)
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == LOGICAL_ID
    }
    for logical_id, resource in document.get("Resources", {}).items():
        path = resource.get("Metadata", {}).get(PATH)
        if path:
            paths[logical_id] = shortened(path, stack)
    return paths


def _acknowledged(stack: str, metadata: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (shortened(path, stack), finding.removeprefix("Annotation::")): str(reason)
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == ACKNOWLEDGED
        for finding, reason in entry["data"].items()
    }


def _file_assets(folder: Path, id: str) -> Iterator[str]:
    name = f"{id}.assets.json"
    if (folder / name).is_file():
        yield from _parsed(folder, name).get("files", {})


def _approvals(folder: Path) -> Iterator[Approval]:
    if not (folder / FILE_NAME).is_file():
        return
    document = _parsed(folder, FILE_NAME, kind=list)
    for index, each in enumerate(document):
        try:
            resource = each.get("resource")
            yield Approval(
                change=str(each["change"]),
                stack=str(each["stack"]),
                resource=None if resource is None else str(resource),
                reason=str(each["reason"]),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise AssemblyError(f"{folder / FILE_NAME}: [{index}]: is not as the app writes it: {error!r}") from error


def _parsed(folder: Path, name: str, kind: type = dict) -> Any:
    path = _inside(folder, name)
    try:
        if path.stat().st_size > LARGEST:
            raise AssemblyError(f"{path}: must have at most {LARGEST:,} bytes, has {path.stat().st_size:,}")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssemblyError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AssemblyError(f"{path}: is not JSON: {error}") from error
    if not isinstance(document, kind):
        raise AssemblyError(f"{path}: must be {'a list' if kind is list else 'a table'}, as cdk synth writes it")
    return document


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise AssemblyError(f"{folder / MANIFEST}: names {name!r}, which is outside of the assembly")
    return path
