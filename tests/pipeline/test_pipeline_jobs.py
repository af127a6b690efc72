"""What the jobs of the pipeline may do, for how long, and that they run what is there."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from operations.command import command
from operations.notification.pagerduty import UNKNOWN
from operations.notification.record import AFTERWARDS, STEPS
from operations.notification.report import STAGES, STOPPED
from tests.conftest import PROJECT
from tests.operations.receiver import Receiver
from tests.pipeline.pipeline_files import PIPELINE, SCRIPTS, parsed

JOBS = ("plan", "test", "coverage", "build", "publish", "deploy", "stopped", "notify")
PROGRAM = ".venv/bin/slipway "


def test_the_jobs_are_these(jobs: Mapping[str, Any]) -> None:
    assert tuple(jobs) == JOBS


def test_a_push_to_main_or_develop_and_a_pull_request_to_main_start_it_and_nothing_else() -> None:
    triggers = parsed(PIPELINE)[True]  # YAML 1.1 takes `on` for a truth value
    assert triggers == {"push": {"branches": ["main", "develop"]}, "pull_request": {"branches": ["main"]}}


def test_every_job_has_a_time_limit(jobs: Mapping[str, Any]) -> None:
    limits = {name: job.get("timeout-minutes") for name, job in jobs.items()}
    assert limits["deploy"] == "${{ matrix.environment.minutes }}"  # of slipway pipeline plan
    assert all(0 < limit <= 30 for name, limit in limits.items() if name != "deploy")


def test_the_coverage_is_uploaded_by_a_job_that_checks_nothing_out_and_never_fails_the_run(
    jobs: Mapping[str, Any],
) -> None:
    job = jobs["coverage"]
    assert (job["needs"], job["continue-on-error"], job["permissions"]) == ("test", True, {})
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/download-artifact",
        "codecov/codecov-action",
    ]
    assert all("coverage" not in str(each.get("needs", "")) for each in jobs.values())


def test_poetry_keeps_its_packages_by_the_lock_files(jobs: Mapping[str, Any]) -> None:
    (cache,) = [step for step in jobs["test"]["steps"] if step.get("uses", "").startswith("actions/cache@")]
    assert cache["with"] == {
        "path": "~/.cache/pypoetry",
        "key": "${{ runner.os }}-poetry-${{ hashFiles('**/poetry.lock') }}",
    }


def test_poetry_is_the_same_in_the_image_and_in_the_job() -> None:
    dockerfile = (PROJECT / "service" / "Dockerfile").read_text()
    version = re.search(r"ARG POETRY_VERSION=(\S+)", dockerfile)
    assert version
    assert SCRIPTS["test: Install Poetry"] == f"pipx install poetry=={version[1]}"


def test_the_layers_of_each_processor_are_kept_with_those_of_every_stage(jobs: Mapping[str, Any]) -> None:
    (build,) = [step["with"] for step in jobs["build"]["steps"] if step.get("id") == "build"]
    scope = "type=gha,scope=image-${{ matrix.image.architecture }}"
    assert (build["cache-from"], build["cache-to"]) == (scope, f"{scope},mode=max")
    assert (build["sbom"], build["provenance"]) == (True, "mode=max")
    assert "push-by-digest=true" in build["outputs"]


def test_an_image_is_scanned_before_it_gets_a_tag(jobs: Mapping[str, Any]) -> None:
    (scan,) = [step["with"] for step in jobs["build"]["steps"] if step.get("uses", "").startswith("anchore/scan-")]
    assert (scan["severity-cutoff"], scan["only-fixed"], scan["fail-build"]) == ("critical", "true", "true")
    assert jobs["publish"]["needs"] == ["plan", "build"]
    (build,) = [step["with"] for step in jobs["build"]["steps"] if step.get("id") == "build"]
    assert "tags" not in build


def test_an_image_is_attested_before_it_comes_to_ecr_and_verified_before_anything_is_deployed(
    jobs: Mapping[str, Any],
) -> None:
    def positions(job: str, *words: str) -> list[int]:
        texts = [f"{step.get('uses', '')} {step.get('run', '')}" for step in jobs[job]["steps"]]
        return [index for word in words for index, text in enumerate(texts) if word in text]

    publish = positions("publish", "pipeline publish", "actions/attest@", "pipeline copy")
    deploy = positions("deploy", "pipeline due", "pipeline verify", "cdk-deploy", "slipway doctor", "slipway release")
    assert (len(publish), publish) == (3, sorted(publish))
    assert (len(deploy), deploy) == (5, sorted(deploy))


def test_one_release_at_a_time_in_an_environment_and_none_is_dropped(jobs: Mapping[str, Any]) -> None:
    # Nothing is cancelled in progress unless it is said so.
    assert jobs["deploy"]["concurrency"] == {"group": "deploy-${{ matrix.environment.name }}", "queue": "max"}
    assert jobs["deploy"]["strategy"]["fail-fast"] is False
    assert "concurrency" not in parsed(PIPELINE)


def test_only_older_tests_of_the_same_pull_request_are_cancelled(jobs: Mapping[str, Any]) -> None:
    assert jobs["test"]["concurrency"] == {
        "group": "test-${{ github.event.pull_request.number || github.run_id }}",
        "cancel-in-progress": True,
    }
    assert [name for name, job in jobs.items() if "concurrency" in job] == ["test", "publish", "deploy"]


def test_an_image_of_a_commit_is_published_by_one_run_at_a_time(jobs: Mapping[str, Any]) -> None:
    assert jobs["publish"]["concurrency"] == {"group": "publish-${{ github.sha }}", "queue": "max"}


def test_the_steps_of_the_deployment_are_those_that_its_record_knows(jobs: Mapping[str, Any]) -> None:
    ids = [step["id"] for step in jobs["deploy"]["steps"] if "id" in step]
    assert [each for each in ids if each in STEPS] == list(STEPS)
    assert [each for each in ids if each in AFTERWARDS] == list(AFTERWARDS)
    assert set(ids) - {*STEPS, *AFTERWARDS} == {"abort", "record"}


def test_the_report_knows_every_job_that_it_is_told_of(jobs: Mapping[str, Any]) -> None:
    assert jobs["notify"]["needs"] == [*STAGES, "deploy", STOPPED]


def test_a_cancelled_job_sends_its_signals_to_the_release_itself() -> None:
    assert SCRIPTS["deploy: Release"].startswith("exec .venv/bin/slipway release ")
    assert "--on-cancel rollback" in SCRIPTS["deploy: Release"]


def test_a_cancelled_job_does_not_undo_its_rollback() -> None:
    (script,) = [text for name, text in SCRIPTS.items() if name.startswith("deploy: Go back")]
    assert script.startswith("exec .venv/bin/slipway rollback ")
    assert "--on-cancel leave" in script


@pytest.mark.parametrize(
    ("rollback", "code", "verbs"),
    [
        ("skipped", 3, ["abort"]),  # it was taken back, and abort.json says so
        ("skipped", 1, ["abort", "watch"]),
        ("skipped", 4, ["abort", "watch"]),
        ("cancelled", 3, ["watch"]),
        ("success", 3, ["watch"]),
    ],
)
def test_what_is_under_way_in_a_cancelled_job_is_taken_back_but_never_a_rollback(
    rollback: str, code: int, verbs: list[str], tmp_path: Path
) -> None:
    program = tmp_path / PROGRAM.strip()
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/verbs\n[ "$1" = watch ] || exit {code}\n')
    program.chmod(0o755)
    variables = {"PATH": os.environ["PATH"], "ENVIRONMENT": "prod", "OUTCOMES": "outcomes", "ROLLBACK": rollback}
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPTS["deploy: Take back what is under way"]]
    subprocess.run(words, cwd=tmp_path, env=variables, check=True)
    assert (tmp_path / "verbs").read_text().split() == verbs


def test_the_deploy_role_is_taken_on_anew_before_whatever_may_come_after_its_session(jobs: Mapping[str, Any]) -> None:
    steps = jobs["deploy"]["steps"]
    taken = [index for index, step in enumerate(steps) if "role anew" in step.get("name", "")]
    ids = {step["id"]: index for index, step in enumerate(steps) if "id" in step}
    before = [next(name for name, index in ids.items() if index > each) for each in taken]
    assert before == ["release", "rollback", "record"]
    assert [steps[each]["if"].startswith("always()") for each in taken] == [False, True, True]


def fallback(tmp_path: Path, **variables: str) -> str:
    """Runs the last step of `notify`; returns the summary."""
    needs = {"plan": {"result": "success", "outputs": {}}, "test": {"result": "failure", "outputs": {}}}
    about = {
        "PATH": os.environ["PATH"],
        "NEEDS": json.dumps(needs),
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_REF_NAME": "main",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUN_URL": "https://github.com/acme/shop/actions/runs/7",
        "SLACK_WEBHOOK_URL": "",
        "PAGERDUTY_ROUTING_KEY": "",
        "PAGERDUTY_URL": "",
    }
    script = SCRIPTS["notify: Tell it all the same, with what every runner has"]
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    subprocess.run(words, cwd=tmp_path, env=about | variables, check=True)
    return (tmp_path / "summary.md").read_text()


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("curl")), reason="needs jq and curl, as runners have them")
def test_where_slipway_cannot_be_run_people_are_told_with_what_every_runner_has(tmp_path: Path) -> None:
    with Receiver() as slack, Receiver() as pagerduty:
        key = {"PAGERDUTY_ROUTING_KEY": "0" * 32, "PAGERDUTY_URL": f"{pagerduty.url}/"}
        summary = fallback(tmp_path, SLACK_WEBHOOK_URL=slack.url, **key)
    assert summary.startswith("acme/shop, main: plan success, test failure. What serves is not known")
    (message,), (event,) = slack.requests, pagerduty.requests
    assert message.body == {"text": summary.rstrip("\n")}
    assert (message.content_type, event.path) == ("application/json", "/v2/enqueue")
    assert event.body["dedup_key"] == f"slipway/acme/shop/main/{UNKNOWN}"
    assert event.body["payload"] == {"summary": summary.rstrip("\n"), "source": "acme/shop", "severity": "critical"}


@pytest.mark.skipif(not shutil.which("jq"), reason="needs jq, as runners have it")
def test_without_secrets_it_is_the_summary_that_tells(tmp_path: Path) -> None:
    assert "test failure" in fallback(tmp_path)


@pytest.mark.parametrize("name", [name for name, script in SCRIPTS.items() if PROGRAM in script])
def test_every_verb_and_option_that_a_script_uses_is_there(name: str) -> None:
    lines = SCRIPTS[name].replace("\\\n", " ").replace("|| code=$?", "").splitlines()
    for words in (shlex.split(line.partition(PROGRAM)[2]) for line in lines if PROGRAM in line):
        verb: Any = typer.main.get_command(command)
        while hasattr(verb, "commands"):
            verb = verb.commands[words.pop(0)]
        verb.make_context(name, words).close()  # refuses what the verb does not know, or lacks


@pytest.mark.parametrize(
    "target", sorted({word for text in SCRIPTS.values() for word in re.findall(r"make (\S+)", text)})
)
def test_every_target_of_make_that_a_script_uses_is_there(target: str) -> None:
    assert re.search(rf"(?m)^{target}:.* ## ", (PROJECT / "Makefile").read_text())
