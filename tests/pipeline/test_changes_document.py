"""docs/changes.md says of the workflows what they say themselves."""

import re
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT

DOCUMENT = (PROJECT / "docs" / "changes.md").read_text()
NAMES = ("pull-request.yml", "quality.yml", "drift.yml", "audit.yml")
DAYS = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays")


def workflow(name: str) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load((PROJECT / ".github" / "workflows" / name).read_text())
    return document


def row(name: str) -> list[str]:
    (found,) = re.findall(rf"(?m)^\| `{re.escape(name)}` \|(.*)\|$", DOCUMENT)
    return [cell.strip() for cell in found.split("|")]


@pytest.mark.parametrize("name", NAMES)
def test_the_jobs_are_those_of_the_workflow(name: str) -> None:
    assert re.findall(r"`([\w-]+)`", row(name)[1]) == list(workflow(name)["jobs"])


@pytest.mark.parametrize("name", NAMES)
def test_the_triggers_are_those_of_the_workflow(name: str) -> None:
    triggers, said = workflow(name)[True], row(name)[0]  # YAML 1.1 takes `on` for a truth value
    branches = {branch for each in triggers.values() if isinstance(each, dict) for branch in each.get("branches", [])}
    assert set(re.findall(r"`([\w-]+)`", said)) == branches
    for schedule in triggers.get("schedule", []):
        minute, hour, _, _, day = schedule["cron"].split()
        assert f"{DAYS[int(day)]} at {int(hour):02}:{int(minute):02} UTC" in said
    assert ("by hand" in said) is ("workflow_dispatch" in triggers)
    assert ("pull request" in said) is ("pull_request" in triggers)
    assert ("push" in said) is ("push" in triggers)


def test_the_roles_are_those_that_the_jobs_may_take_on() -> None:
    jobs = workflow("pull-request.yml")["jobs"]
    tokens = dict(re.findall(r"(?m)^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|", DOCUMENT.partition("| job |")[2]))
    for names, token in tokens.items():
        for job in re.findall(r"`(\w+)`", names):
            permissions = jobs[job]["permissions"]
            assert ("proves to AWS" in token) is ("id-token" in permissions), job
            assert ("comments" in token) is ("pull-requests" in permissions), job
    assert {job for names in tokens for job in re.findall(r"`(\w+)`", names)} == set(jobs)
