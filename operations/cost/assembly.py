"""The templates of an app, from a folder that `cdk synth` wrote, or synthesised for the purpose."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from operations.cost.resources import Template
from operations.errors import ExitCode, OperationError

APP = Path(__file__).parents[2] / "app.py"
STACK = "aws:cloudformation:stack"


def templates_in(folder: Path) -> dict[str, Template]:
    """The template of every stack by its id.

    Raises:
        OperationError: the folder is not a cloud assembly, or a part of it is missing.
    """
    try:
        artifacts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
        return {name: _template(folder, artifact) for name, artifact in artifacts.items() if artifact["type"] == STACK}
    except (OSError, ValueError, KeyError) as error:
        raise OperationError(
            f"{folder} is not a folder that cdk synth wrote: {_reason(error)}",
            fix="Name one that has a manifest.json, such as cdk.out, or leave --assembly out.",
            exit_code=ExitCode.BAD_INPUT,
        ) from error


def _template(folder: Path, artifact: Mapping[str, Any]) -> Template:
    template: Template = json.loads((folder / artifact["properties"]["templateFile"]).read_text(encoding="utf-8"))
    return template


def _reason(error: Exception) -> str:
    match error:
        case OSError(filename=name):
            return f"{Path(str(name)).name}: {error.strerror}"
        case KeyError():
            return f"manifest.json has no {error}"
        case _:
            return f"it has no JSON: {error}"


def synthesise(configuration: Path, environments: Collection[str]) -> dict[str, Template]:
    """The templates that the app makes of that configuration, from a process of its own.

    Args:
        environments: whose stacks are made, beside those that all share; empty, of all but the sandbox.

    Raises:
        OperationError: the app does not synthesise.
    """
    context = {"configuration": str(configuration.absolute())}
    if environments:
        context["environment"] = ",".join(environments)
    with tempfile.TemporaryDirectory(prefix="slipway-cost-") as folder:
        ended = subprocess.run(
            [sys.executable, APP],
            env=os.environ | {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": folder},
            cwd=APP.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            raise OperationError(
                f"the app does not synthesise:\n{ended.stderr.strip()}", fix="Mend that; make synth tells the same."
            )
        return templates_in(Path(folder))
