"""Releases as somebody types them, with tasks that are containers, in the emulated AWS."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import Engine
from sandbox.processes import eventually
from sandbox.variants import Variants, missing_tag, running
from sandbox.workspace import Workspace
from tests.conftest import PROJECT
from tests.end_to_end.conftest import BIN, Sandbox, get
from tests.end_to_end.deployment_job import DeploymentJob
from tests.end_to_end.load import Load

STACK = "slipway-sandbox-service"


LAST_WORDS = "cannot reach the database"
CRASH = running("python", "-c", f"print('{LAST_WORDS}', flush=True); raise SystemExit(3)")
DEAF = running("python", "-c", "import time; time.sleep(600)")
"""It runs and never answers, so that its rollout goes on until the load balancer gives its first tasks up."""


@pytest.fixture(scope="module")
def images(sandbox: Sandbox, engine: Engine) -> Variants:
    return Variants(Workspace.of(sandbox.configuration), engine)


@pytest.fixture
def good(sandbox: Sandbox) -> str:
    """The tag that serves before the test begins."""
    return served(sandbox)


@pytest.fixture
def job(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeploymentJob:
    """A job of the pipeline."""
    job = DeploymentJob(sandbox, tmp_path, monkeypatch)
    job.begin()
    return job


def outcome_of(finished: subprocess.CompletedProcess[str], expected: int) -> dict[str, Any]:
    assert finished.returncode == expected, finished.stdout + finished.stderr
    outcome: dict[str, Any] = json.loads(finished.stdout) if finished.stdout else {}
    return outcome


def release(sandbox: Sandbox, tag: str, *options: str, expected: int) -> dict[str, Any]:
    return outcome_of(sandbox.slipway("release", "sandbox", "--tag", tag, "--json", *options), expected)


def served(sandbox: Sandbox) -> str:
    """The tag that answers at the URL."""
    tag: str = get(f"{sandbox.status()['url']}/")["image_tag"]
    return tag


def touched(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    """The events and the change sets of the stack, by their ids."""
    cloudformation = sandbox.client("cloudformation")
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    change_sets = cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    return [event["EventId"] for event in events], [each["ChangeSetId"] for each in change_sets]


def test_a_good_tag_is_released_and_the_url_serves_it(sandbox: Sandbox, images: Variants, job: DeploymentJob) -> None:
    tag = images.push()
    outcome = release(sandbox, tag, *job.outcome, expected=0)
    assert (outcome["verdict"], outcome["runs"]) == ("SUCCEEDED", tag)
    assert outcome["timeline"]["seconds"] > 1
    assert served(sandbox) == tag
    status = sandbox.status()
    assert (status["image_tag"], status["running"], status["stack"]) == (tag, 2, "UPDATE_COMPLETE")
    assert f"### SUCCEEDED: `{tag}` in `sandbox`\n" in job.summary
    smoked = outcome_of(sandbox.slipway("smoke", "sandbox", "--tag", tag, "--json"), expected=0)
    assert (smoked["tag"], smoked["requests"]) == (tag, 3)
    message = job.message(tag, "success", release="success", smoke="success")
    assert message["text"].startswith(f"DEPLOYED: sandbox on no branch. {tag} serves.")
    assert release(sandbox, tag, expected=0)["reason"] == "it was released already, and runs"


def test_a_commit_that_is_built_again_keeps_the_image_that_ecr_has(
    good: str, sandbox: Sandbox, job: DeploymentJob
) -> None:
    assert job.publish(good) == {"digest": sandbox.status()["image_digest"], "published": True}


def test_a_good_release_loses_no_request(good: str, sandbox: Sandbox, images: Variants) -> None:
    tag = images.push()
    with Load(f"{sandbox.status()['url']}/") as load:
        release(sandbox, tag, expected=0)
    assert load.failures == []
    assert load.answers[good] > 0
    assert load.answers[tag] > 0


def test_a_tag_that_is_not_in_the_registry_is_refused_without_touching_cloudformation(
    good: str, sandbox: Sandbox
) -> None:
    before = touched(sandbox)
    finished = sandbox.slipway("release", "sandbox", "--tag", missing_tag())
    assert finished.returncode == 6, finished.stderr
    assert "refused, nothing was changed: the repository slipway has no image" in finished.stderr
    assert touched(sandbox) == before
    assert served(sandbox) == good


def test_a_missing_image_that_is_released_all_the_same_is_rolled_back_without_one_failed_request(
    good: str, sandbox: Sandbox
) -> None:
    with Load(f"{sandbox.status()['url']}/") as load:
        outcome = release(sandbox, missing_tag(), "--skip-preflight", expected=3)
    assert load.failures == []
    assert set(load.answers) == {good}
    assert load.answers[good] > 50
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert outcome["rollout"]["failures"] == outcome["rollout"]["threshold"]
    assert sandbox.status()["image_tag"] == good


def test_an_image_that_crashes_at_start_is_rolled_back_and_diagnosed_with_its_last_words(
    good: str, sandbox: Sandbox, images: Variants, job: DeploymentJob
) -> None:
    tag = images.push(CRASH)
    outcome = release(sandbox, tag, *job.outcome, expected=3)
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert "circuit breaker" in outcome["reason"]
    assert f"### ROLLED BACK: `{tag}` in `sandbox`\n" in job.summary
    message = job.message(tag, "failure", release="failure", smoke="skipped")
    assert message["text"] == f"ROLLED BACK: sandbox on no branch. {good} serves."
    assert LAST_WORDS in message["blocks"][1]["text"]["text"]
    assert outcome["diagnosis"]["cause"] == "crash loop"
    assert LAST_WORDS in outcome["diagnosis"]["headline"]
    assert served(sandbox) == good
    first_line = sandbox.slipway("diagnose", "sandbox").stdout.splitlines()[0]
    assert f"exits with code 3 at its start, and its last log line is: {LAST_WORDS}" in first_line
    again = outcome_of(sandbox.slipway("watch", "sandbox", "--json"), expected=3)
    assert again["rollout"]["id"] == outcome["rollout"]["id"]


def test_rollback_after_a_good_release_brings_the_tag_before_it_back(
    good: str, sandbox: Sandbox, images: Variants
) -> None:
    release(sandbox, images.push(), expected=0)
    outcome = outcome_of(sandbox.slipway("rollback", "sandbox", "--yes", "--json"), expected=0)
    assert (outcome["tag"], outcome["runs"]) == (good, good)
    assert served(sandbox) == good


def test_rollback_after_two_bad_releases_lands_on_the_last_good_one(
    good: str, sandbox: Sandbox, images: Variants
) -> None:
    current = images.push()
    release(sandbox, current, expected=0)
    crashing, missing = images.push(CRASH), missing_tag()
    release(sandbox, crashing, expected=3)
    release(sandbox, missing, "--skip-preflight", expected=3)
    outcome = outcome_of(sandbox.slipway("rollback", "sandbox", "--yes", "--json"), expected=0)
    assert outcome["runs"] == good
    assert served(sandbox) == good
    told = json.loads(sandbox.slipway("history", "sandbox", "--json").stdout)
    assert [(each["tag"], each["result"]) for each in told[:5]] == [
        (good, "succeeded"),
        (missing, "rolled back"),
        (crashing, "rolled back"),
        (current, "succeeded"),
        (good, "succeeded"),
    ]
    assert told[0]["rolls_back"] == current


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_takes_its_release_back(
    number: signal.Signals, good: str, sandbox: Sandbox, images: Variants, job: DeploymentJob
) -> None:
    with job.releasing(images.push(DEAF)) as shell:
        wait_for(shell, "CloudFormation changes")
        shell.send_signal(number)
        stdout, stderr = shell.communicate(timeout=600)
    assert shell.returncode == 3, stdout + stderr
    outcome = job.released
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert "StopServiceDeployment" in outcome["reason"]
    assert served(sandbox) == good


def test_who_leaves_a_release_can_abort_it(good: str, sandbox: Sandbox, images: Variants) -> None:
    with started(sandbox, images.push(DEAF)) as process:
        wait_for(process, "rollout IN_PROGRESS")
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=600)
    assert json.loads(stdout)["exit_code"] == process.returncode == 4
    outcome = outcome_of(sandbox.slipway("abort", "sandbox", "--yes", "--json"), expected=3)
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert served(sandbox) == good


def started(sandbox: Sandbox, tag: str, *options: str) -> subprocess.Popen[str]:
    """A release that goes on beside the test."""
    words = ["release", "sandbox", "--tag", tag, "--skip-preflight", "--json", *options]
    return subprocess.Popen(
        [str(BIN / "slipway"), "--configuration", str(sandbox.configuration), *words],
        cwd=PROJECT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read what it says until these words come."""
    assert process.stderr
    assert any(words in line for line in process.stderr), f"{words!r} was not said"


def test_the_first_release_creates_the_environment(good: str, sandbox: Sandbox, engine: Engine) -> None:
    destroyed = sandbox.cdk("destroy", "slipway-sandbox-observability", STACK, "--force")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert eventually(lambda: engine.containers(sandbox.port) == [], patience=120)
    outcome = release(sandbox, good, expected=0)
    assert (outcome["verdict"], outcome["runs"]) == ("SUCCEEDED", good)
    assert served(sandbox) == good
    assert [each["tag"] for each in json.loads(sandbox.slipway("history", "sandbox", "--json").stdout)] == [good]
