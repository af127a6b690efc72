"""GitHub's workflows, as the pictures show them."""

from typing import Any

import yaml

from tests.conftest import PROJECT

Workflow = dict[Any, Any]
Job = dict[str, Any]

WORKFLOWS: dict[str, Workflow] = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
}
"""By the name of their files."""

JOBS: dict[tuple[str, str], Job] = {
    (file, name): job for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()
}
"""Of all of them, by file and name."""


def steps_using(action: str, job: Job) -> list[dict[str, Any]]:
    """The steps of a job that use that action, of whatever version."""
    return [step for step in job["steps"] if step.get("uses", "").partition("@")[0] == action]


def scripts(job: Job) -> str:
    """All that a job runs itself."""
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)
