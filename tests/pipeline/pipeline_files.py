"""The pipeline and the actions that it uses, as they are in the files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import PROJECT

GITHUB = PROJECT / ".github"
PIPELINE = GITHUB / "workflows" / "pipeline.yml"
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))


def parsed(path: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(path.read_text())
    return document


def scripts() -> Iterator[tuple[str, str]]:
    """Every script of the pipeline and of the actions that it uses, with a name."""
    for job, each in parsed(PIPELINE)["jobs"].items():
        yield from ((f"{job}: {step.get('name', step['run'])}", step["run"]) for step in each["steps"] if "run" in step)
    for path in ACTIONS:
        for step in parsed(path)["runs"]["steps"]:
            if "run" in step:
                yield f"{path.parent.name}: {step.get('name', step['run'])}", step["run"]


SCRIPTS = dict(scripts())
