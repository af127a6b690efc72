"""What the jobs of the pipeline may do, which secrets they get, and whose code they run."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from operations.github import SECRETS, VARIABLES
from tests.conftest import PROJECT
from tests.pipeline.pipeline_files import ACTIONS, PIPELINE, SCRIPTS, parsed

VERSION = re.compile(r"v\d+\.\d+\.\d+")


def permissions() -> Iterator[tuple[str, str, str, str]]:
    """Job, scope, access and the comment beside it, as the file has them."""
    job, within = "", False
    for line in PIPELINE.read_text().splitlines():
        if found := re.fullmatch(r"  (\w+):", line):
            job = found[1]
        if re.match(r" {4}\S", line):
            within = line == "    permissions:"
        elif within and (found := re.fullmatch(r"      ([\w-]+): (\w+)(?: # (.+))?", line)):
            yield job, found[1], found[2], found[3] or ""


PERMISSIONS = list(permissions())


def test_nothing_is_permitted_but_what_a_job_asks_for(jobs: Mapping[str, Any]) -> None:
    assert parsed(PIPELINE)["permissions"] == {}
    assert [name for name, job in jobs.items() if "permissions" not in job] == []
    granted = {(job, scope, access) for job, scope, access, _ in PERMISSIONS}
    assert granted == {
        (name, scope, access) for name, job in jobs.items() for scope, access in job["permissions"].items()
    }


@pytest.mark.parametrize(("job", "scope", "access", "reason"), PERMISSIONS)
def test_every_permission_has_its_reason_beside_it(job: str, scope: str, access: str, reason: str) -> None:
    assert reason, f"{job}: {scope}: {access}"


def test_only_the_jobs_that_take_on_a_role_may_have_a_token_for_it() -> None:
    assert {job for job, scope, *_ in PERMISSIONS if scope == "id-token"} == {"publish", "deploy"}


def test_nobody_may_change_the_repository() -> None:
    assert {access for _, scope, access, _ in PERMISSIONS if scope == "contents"} == {"read"}


def test_what_a_pull_request_runs_gets_no_secret(jobs: Mapping[str, Any]) -> None:
    assert "secrets." not in str(jobs["test"])
    assert jobs["test"]["permissions"] == {"contents": "read"}


def test_what_is_checked_out_leaves_no_token_behind(jobs: Mapping[str, Any]) -> None:
    checkouts = [
        step.get("with", {}).get("persist-credentials")
        for job in jobs.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts == [False] * 6


@pytest.mark.parametrize("job", ["publish", "deploy", "notify"])
def test_who_takes_on_a_role_or_gets_a_secret_reads_no_cache_that_tests_can_fill(
    job: str, jobs: Mapping[str, Any]
) -> None:
    steps = [*jobs[job]["steps"], *(step for path in ACTIONS for step in parsed(path)["runs"]["steps"])]
    assert not any("cache" in str(step.get("uses", "")) or "cache" in step.get("with", {}) for step in steps)


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_put_into_a_script(name: str) -> None:
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("path", [PIPELINE, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_action_of_others_is_pinned_by_its_commit_with_the_version_beside_it(path: Path) -> None:
    uses = re.findall(r"uses: (\S+)(?: # (.*))?", path.read_text())
    for action, version in uses:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
            assert VERSION.fullmatch(version), action


def test_an_action_has_the_same_commit_wherever_it_is_used() -> None:
    text = "".join(path.read_text() for path in [PIPELINE, *ACTIONS])
    pins = set(re.findall(r"uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40})", text))
    assert len(pins) == len({action for action, _ in pins})


def test_the_variables_are_those_that_slipway_github_prints() -> None:
    text = "".join(path.read_text() for path in [PIPELINE, *ACTIONS])
    used = set(re.findall(r"vars\.(\w+)", text))
    printed = (PROJECT / "operations" / "github.py").read_text()
    assert set(VARIABLES) < used
    assert used - set(VARIABLES) == {
        "AWS_ACCOUNT_ID",
        "AWS_BUILD_ROLE_ARN",
        "AWS_DEPLOY_ROLE_ARN",
        "AWS_REGION",
        "AWS_REGISTRY_REGION",
    }
    assert [name for name in used if f'"{name}"' not in printed] == []


def test_the_secrets_are_those_that_slipway_github_names() -> None:
    assert set(re.findall(r"secrets\.(\w+)", PIPELINE.read_text())) == set(SECRETS)
