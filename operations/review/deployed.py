"""What deploying an assembly would change, as `cdk diff` tells from the stacks that are deployed."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from configuration import Configuration, Environment
from operations.cdk import reader, stands_for_account
from operations.review.assembly import Assembly, Template
from operations.review.names import SHARED, environment_of
from operations.review.printed import read_printed

VERSION = "36.0.0"
"""Of the manifest: what is written here has not changed since, and every CLI reads what is older than itself."""


NESTED = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class DeployedDiff:
    """One environment, and what its account shares, against the assembly.

    Attributes:
        text: of `cdk diff`; empty where there is a problem.
        elsewhere: stacks of the environment that the assembly wants in another account, where they cannot be compared.
        problem: why nothing could be compared; otherwise empty.
    """

    environment: str
    text: str = ""
    elsewhere: tuple[str, ...] = ()
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def diff_with_deployed(configuration: Configuration, environment: Environment, assembly: Assembly) -> DeployedDiff:
    """Compare the templates with what is deployed, as CDK's lookup role.

    The assembly may be a stranger's: the CLI gets copies of the templates, and a manifest that is written here. It so
    opens no file and takes on no role that the assembly names.

    Raises:
        OperationError: AWS cannot be asked, or the CLI fails.
    """
    own = [each for each in assembly.templates if environment_of(each.name) == environment.name]
    here = [each for each in own if each.account == environment.account]
    if stands_for_account(configuration, environment):
        here += [
            each
            for each in assembly.templates
            if environment_of(each.name) == SHARED and each.account == environment.account
        ]
    elsewhere = tuple(each.stack for each in own if each.account != environment.account)
    if not here:
        return DeployedDiff(environment.name, elsewhere=elsewhere)
    cdk = reader(configuration, environment, doing=f"compare {environment.name} with what is deployed")
    with tempfile.TemporaryDirectory(prefix="slipway-diff-") as folder:
        _write(Path(folder), here)
        text = cdk.run("diff", "--all", "--app", folder, "--method", "template")
    return DeployedDiff(environment.name, text, elsewhere)


def read_diffs(paths: Sequence[Path]) -> list[DeployedDiff]:
    """What `slipway diff --json` wrote.

    Raises:
        ConfigurationError: a file is something else.
    """
    return read_printed(
        paths,
        "diff",
        lambda printed: DeployedDiff(
            environment=str(printed["environment"]),
            text=str(printed["text"]),
            elsewhere=tuple(str(each) for each in printed["elsewhere"]),
            problem=str(printed["problem"]),
        ),
    )


def _write(folder: Path, templates: Sequence[Template]) -> None:
    artifacts = {}
    for number, template in enumerate(templates):
        name = f"{number}.template.json"
        (folder / name).write_text(json.dumps(_without_files(template.document)), encoding="utf-8")
        artifacts[f"stack-{number}"] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{template.account}/{template.region}",
            "properties": {"templateFile": name, "stackName": template.name},
            "displayName": template.stack,
        }
    manifest = {"version": VERSION, "artifacts": artifacts}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _without_files(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The template without the files that nested stacks name in their metadata, which the CLI would read wherever."""
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        return document
    return {**document, "Resources": {name: _without_file(each) for name, each in resources.items()}}


def _without_file(resource: Any) -> Any:
    if (
        not isinstance(resource, dict)
        or resource.get("Type") != NESTED
        or not isinstance(resource.get("Metadata"), dict)
    ):
        return resource
    kept = {key: value for key, value in resource["Metadata"].items() if not key.startswith("aws:asset:")}
    return {**resource, "Metadata": kept}
