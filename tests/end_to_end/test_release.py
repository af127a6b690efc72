"""Releases as somebody types them, with tasks that are containers, in the emulated AWS."""

import json
import shutil
import signal
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import stack_names
from operations.aws import connect
from sandbox import emulation
from sandbox.bootstrap import bootstrap
from sandbox.cdk import Cdk
from sandbox.engine import Engine
from sandbox.image import ServiceImage, tag_of
from sandbox.variants import Variants, missing_tag, remove_left, running
from tests.conftest import PROJECT
from tests.end_to_end.conftest import BIN, Sandbox, sandbox_in
from tests.end_to_end.deployment_job import DeploymentJob
from tests.end_to_end.operator import Ended, Operator, outcome_of, served

STACK = "slipway-sandbox-service"
LAST_WORDS = "cannot reach the database"
CRASH = running("python", "-c", f"print('{LAST_WORDS}', flush=True); raise SystemExit(3)")
DEAF = running("python", "-c", "import signal; signal.signal(signal.SIGTERM, lambda *_: exit()); signal.pause()")
"""It runs and never answers, so that its rollout goes on until the load balancer gives its first tasks up."""


@pytest.fixture(scope="module")
def sandbox(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Not up, and these tests' own."""
    sandbox = sandbox_in(tmp_path_factory.mktemp("releases"))
    try:
        yield sandbox
    finally:
        sandbox.down()
        remove_left(sandbox.workspace, engine)


@pytest.fixture(scope="module")
def first_release(sandbox: Sandbox, engine: Engine, sandbox_assembly: CloudAssembly) -> dict[str, Any]:
    """How the release ended that created the environment, in an account with nothing but what all environments share.

    Their stacks were synthesised once in a run, for all tests; the release synthesises those of the environment.
    """
    workspace, image = sandbox.workspace, ServiceImage(sandbox.workspace, engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it outlives the object that started it
        emulation.start(workspace, engine)
    cdk = Cdk(workspace, print)
    bootstrap(connect(workspace.configuration, workspace.environment), workspace.configuration.identity, cdk)
    shutil.copytree(sandbox_assembly.directory, sandbox.assembly)
    cdk.deploy(stack_names.REGISTRY, "slipway-identity")
    if not image.built:
        image.build(print)
    image.push()
    return outcome_of(sandbox.slipway(*releasing(image.tag), "--json"), expected=0)


@pytest.fixture(scope="module")
def images(sandbox: Sandbox, engine: Engine, first_release: dict[str, Any]) -> Variants:
    assert first_release["verdict"] == "SUCCEEDED"
    return Variants(sandbox.workspace, engine)


@pytest.fixture(scope="module")
def operator(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    return Operator(sandbox, tmp_path_factory)


@pytest.fixture(scope="module")
def deaf(images: Variants) -> str:
    """The tag of a version that never answers."""
    return images.push(DEAF)


def releasing(tag: str, *options: str) -> list[str]:
    return ["release", "sandbox", "--tag", tag, *options]


@pytest.fixture(scope="module")
def good_release(operator: Operator, images: Variants) -> Ended:
    """The first of three releases that are made one after the other."""
    tag = images.push()
    smoke, again = ("smoke", "sandbox", "--tag", tag, "--json"), (*releasing(tag), "--json")
    return operator.does(tag, *releasing(tag), expected=0, smoke=smoke, again=again)


@pytest.fixture(scope="module")
def missing_release(operator: Operator, good_release: Ended) -> Ended:
    """One of a tag without an image, by force, after a good one."""
    assert good_release.served == good_release.tag
    tag = missing_tag()
    return operator.does(tag, *releasing(tag, "--skip-preflight"), expected=3)


@pytest.fixture(scope="module")
def crashing_release(operator: Operator, images: Variants, missing_release: Ended) -> Ended:
    """One that crashes, after that."""
    assert missing_release.served == missing_release.before
    tag = images.push(CRASH)
    verbs = {"diagnose": ("diagnose", "sandbox"), "watch": ("watch", "sandbox", "--json")}
    return operator.does(tag, *releasing(tag), expected=3, **verbs)


@pytest.fixture(scope="module")
def rollback(operator: Operator, crashing_release: Ended) -> Ended:
    """What was done after the two bad ones."""
    assert crashing_release.served == crashing_release.before
    history = ("history", "sandbox", "--json")
    return operator.does("", "rollback", "sandbox", "--yes", expected=0, history=history)


@pytest.fixture
def good(sandbox: Sandbox, first_release: dict[str, Any]) -> str:
    """The tag that serves before the test begins."""
    assert first_release["verdict"] == "SUCCEEDED"
    return served(sandbox)


@pytest.fixture
def job(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeploymentJob:
    """A job of the pipeline."""
    job = DeploymentJob(sandbox, tmp_path, monkeypatch)
    job.begin()
    return job


def job_of(ended: Ended, sandbox: Sandbox, shell: pytest.MonkeyPatch) -> DeploymentJob:
    """Its job, which goes on."""
    job = DeploymentJob(sandbox, ended.folder, shell)
    job.begin()
    return job


def touched(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    """The events and the change sets of the stack, by their ids."""
    cloudformation = sandbox.client("cloudformation")
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    change_sets = cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    return [event["EventId"] for event in events], [each["ChangeSetId"] for each in change_sets]


def test_the_first_release_creates_the_environment(
    first_release: dict[str, Any], good_release: Ended, sandbox: Sandbox
) -> None:
    tag = tag_of()
    assert (first_release["verdict"], first_release["runs"]) == ("SUCCEEDED", tag)
    assert good_release.before == tag
    assert {f"slipway-sandbox-{role}" for role in ("network", "telemetry", "service", "observability")} < set(
        sandbox.stacks()
    )
    history = json.loads(sandbox.slipway("history", "sandbox", "--json").stdout)
    assert (history[-1]["tag"], history[-1]["result"]) == (tag, "succeeded")


def test_a_good_tag_is_released_and_the_url_serves_it(
    good_release: Ended, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, outcome, status = good_release.tag, good_release.outcome, good_release.status
    assert (outcome["verdict"], outcome["runs"]) == ("SUCCEEDED", tag)
    assert outcome["timeline"]["seconds"] > 1
    assert good_release.served == tag
    assert (status["image_tag"], status["running"], status["stack"]) == (tag, 2, "UPDATE_COMPLETE")
    job = job_of(good_release, sandbox, monkeypatch)
    assert f"### SUCCEEDED: `{tag}` in `sandbox`\n" in job.summary
    smoked = outcome_of(good_release.told["smoke"], expected=0)
    assert (smoked["tag"], smoked["requests"]) == (tag, 3)
    message = job.message(tag, "success", release="success", smoke="success")
    assert message["text"].startswith(f"DEPLOYED: sandbox on no branch. {tag} serves.")


def test_a_tag_that_runs_already_is_not_released_again(good_release: Ended) -> None:
    again = outcome_of(good_release.told["again"], expected=0)
    assert again["reason"] == "it was released already, and runs"


def test_a_good_release_loses_no_request(good_release: Ended) -> None:
    assert good_release.load.failures == []
    assert good_release.load.answers[good_release.before] > 0
    assert good_release.load.answers[good_release.tag] > 0


def test_a_missing_image_that_is_released_all_the_same_is_rolled_back_without_one_failed_request(
    missing_release: Ended,
) -> None:
    good, outcome = missing_release.before, missing_release.outcome
    assert missing_release.load.failures == []
    assert set(missing_release.load.answers) == {good}
    assert missing_release.load.answers[good] > 20
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert outcome["rollout"]["failures"] == outcome["rollout"]["threshold"] == 3
    assert outcome["diagnosis"]["cause"] == "image missing"
    assert missing_release.status["image_tag"] == missing_release.served == good


def test_an_image_that_crashes_at_start_is_rolled_back_and_diagnosed_with_its_last_words(
    crashing_release: Ended, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, good, outcome = crashing_release.tag, crashing_release.before, crashing_release.outcome
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert "circuit breaker" in outcome["reason"]
    job = job_of(crashing_release, sandbox, monkeypatch)
    assert f"### ROLLED BACK: `{tag}` in `sandbox`\n" in job.summary
    message = job.message(tag, "failure", release="failure", smoke="skipped")
    assert message["text"] == f"ROLLED BACK: sandbox on no branch. {good} serves."
    assert LAST_WORDS in message["blocks"][1]["text"]["text"]
    assert outcome["diagnosis"]["cause"] == "crash loop"
    assert LAST_WORDS in outcome["diagnosis"]["headline"]
    assert crashing_release.served == good
    first_line = crashing_release.told["diagnose"].stdout.splitlines()[0]
    assert first_line == (
        f"The container service exits with code 3 at its start, and its last log line is: {LAST_WORDS}. Mend what that "
        "line says, or release an earlier tag; slipway logs sandbox has the lines before it."
    )
    again = outcome_of(crashing_release.told["watch"], expected=3)
    assert again["rollout"]["id"] == outcome["rollout"]["id"]


def test_rollback_after_two_bad_releases_lands_on_the_last_good_one(
    good_release: Ended, missing_release: Ended, crashing_release: Ended, rollback: Ended
) -> None:
    good, current = good_release.before, good_release.tag
    assert (rollback.outcome["tag"], rollback.outcome["runs"]) == (good, good)
    assert rollback.served == good
    assert rollback.load.failures == []
    assert set(rollback.load.answers) == {good, current}
    history = json.loads(rollback.told["history"].stdout)
    assert [(each["tag"], each["result"]) for each in history] == [
        (good, "succeeded"),
        (crashing_release.tag, "rolled back"),
        (missing_release.tag, "rolled back"),
        (current, "succeeded"),
        (good, "succeeded"),
    ]
    assert history[0]["rolls_back"] == current


def test_a_tag_that_is_not_in_the_registry_is_refused_without_touching_cloudformation(
    good: str, sandbox: Sandbox
) -> None:
    before = touched(sandbox)
    finished = sandbox.slipway("release", "sandbox", "--tag", missing_tag())
    assert finished.returncode == 6, finished.stderr
    assert "refused, nothing was changed: the repository slipway has no image" in finished.stderr
    assert touched(sandbox) == before
    assert served(sandbox) == good


def test_a_commit_that_is_built_again_keeps_the_image_that_ecr_has(
    good: str, sandbox: Sandbox, job: DeploymentJob
) -> None:
    assert job.publish(good) == {"digest": sandbox.status()["image_digest"], "published": True}


def test_a_cancelled_job_takes_its_release_back(good: str, sandbox: Sandbox, deaf: str, job: DeploymentJob) -> None:
    with job.releasing(deaf) as shell:
        wait_for(shell, "CloudFormation changes")
        shell.send_signal(signal.SIGINT)  # the first one that GitHub sends
        stdout, stderr = shell.communicate(timeout=600)
    assert shell.returncode == 3, stdout + stderr
    outcome = job.released
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert "StopServiceDeployment" in outcome["reason"]
    assert served(sandbox) == good


def test_who_leaves_a_release_can_abort_it(good: str, sandbox: Sandbox, deaf: str) -> None:
    with started(sandbox, deaf) as process:
        wait_for(process, "rollout IN_PROGRESS")
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=600)
    assert json.loads(stdout)["exit_code"] == process.returncode == 4
    outcome = outcome_of(sandbox.slipway("abort", "sandbox", "--yes", "--json"), expected=3)
    assert (outcome["verdict"], outcome["runs"]) == ("ROLLED_BACK", good)
    assert served(sandbox) == good


def started(sandbox: Sandbox, tag: str, *options: str) -> subprocess.Popen[str]:
    """A release that goes on beside the test."""
    words = [*releasing(tag, "--skip-preflight", *options), "--json"]
    return subprocess.Popen(
        [str(BIN / "slipway"), "--configuration", str(sandbox.configuration), *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read what it says until these words come."""
    assert process.stderr
    assert any(words in line for line in process.stderr), f"{words!r} was not said"
