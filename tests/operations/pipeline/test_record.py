"""`slipway pipeline record`: what a deployment's job hands over, with what AWS says at its end."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.notification.record import Record, Result
from tests.operations.conftest import Ended, Slipway
from tests.operations.releases import rolling_back, succeeding
from tests.operations.world import NEW, OLD, World

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def outcomes(tmp_path: Path, shell: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "outcomes"
    shell.setenv("SLIPWAY_ERRORS", str(folder / "errors.jsonl"))
    return folder


@pytest.fixture
def record(slipway: Slipway, outcomes: Path, shell: pytest.MonkeyPatch) -> Any:
    """Runs it at the end of a job whose steps ended so."""

    def record(status: str, due: str = "true", **steps: str) -> Ended:
        context = {name: {"outcome": result, "conclusion": result, "outputs": {}} for name, result in steps.items()}
        context["due"] = {"outcome": "success", "conclusion": "success", "outputs": {"due": due}}
        shell.setenv("STEPS", json.dumps(context))
        return slipway("pipeline", "record", "dev", "--tag", NEW, "--status", status, "--outcomes", str(outcomes))

    return record


def handed_over(outcomes: Path) -> Record:
    return Record.of(json.loads((outcomes / "deployment.json").read_text()))


def test_a_release_that_was_rolled_back_is_handed_over_with_its_outcome_and_what_serves(
    world: World, release: Any, record: Any, outcomes: Path
) -> None:
    rolling_back(world)
    assert release("--outcome", str(outcomes / "release.json")).exit_code == 3
    ended = record("failure", infrastructure="success", release="failure", smoke="skipped")
    assert ended.stdout.startswith(f"ROLLED BACK  {NEW} did not work, and was rolled back: ")
    assert ended.stdout.endswith(f" {OLD} serves.\n")
    told = handed_over(outcomes)
    assert told.release
    assert (told.release["verdict"], told.release["runs"]) == ("ROLLED_BACK", OLD)
    assert (told.serving.tag, told.serving.state, told.serving.url) == (OLD, "COMPLETED", "https://dev.example.com")
    assert (told.status, told.steps["release"], told.steps["smoke"]) == (
        Result.FAILURE,
        Result.FAILURE,
        Result.SKIPPED,
    )


def test_a_release_that_went_well_is_handed_over(world: World, release: Any, record: Any, outcomes: Path) -> None:
    succeeding(world)
    assert release("--outcome", str(outcomes / "release.json")).exit_code == 0
    ended = record("success", release="success", smoke="success")
    assert ended.stdout.startswith(f"DEPLOYED  {NEW} serves, and answers at its URL. {NEW} serves.")
    assert handed_over(outcomes).troubles == ()


def test_what_followed_a_failed_smoke_test_is_handed_over_with_the_attempt(
    record: Any, outcomes: Path, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("GITHUB_RUN_ATTEMPT", "3")
    record("failure", smoke="failure", rollback="success", again="failure")
    told = handed_over(outcomes)
    assert (told.attempt, told.steps["rollback"], told.steps["again"]) == (3, Result.SUCCESS, Result.FAILURE)


def test_what_a_verb_said_that_failed_is_handed_over(slipway: Slipway, record: Any, outcomes: Path) -> None:
    assert slipway("release", "dev", "--tag", "latest").exit_code == 2
    record("failure", release="failure")
    (trouble,) = handed_over(outcomes).troubles
    assert (trouble.verb, trouble.what[:25]) == ("release", "'latest' is not a tag: it")


def test_that_aws_cannot_be_asked_takes_nothing_else_away(world: World, record: Any, outcomes: Path) -> None:
    world.stack = ""
    assert record("failure", infrastructure="failure").exit_code == 0
    told = handed_over(outcomes)
    assert told.serving.problem == "dev has no service: the stack slipway-dev-service is not deployed"
    assert told.steps["infrastructure"] is Result.FAILURE


def test_a_commit_that_was_not_due_is_handed_over_as_such(record: Any, outcomes: Path) -> None:
    assert record("success", due="false").stdout.startswith(f"NOT DEPLOYED  {NEW} is older than what runs")
    assert not handed_over(outcomes).due


def test_a_job_that_stopped_before_it_was_asked_whether_it_is_due_did_not_say_that_it_is_not(
    slipway: Slipway, outcomes: Path, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("STEPS", json.dumps({"credentials": {"outcome": "failure", "outputs": {}}}))
    slipway("pipeline", "record", "dev", "--tag", NEW, "--status", "failure", "--outcomes", str(outcomes))
    assert handed_over(outcomes).due
    assert handed_over(outcomes).stopped_at(Result.FAILURE) == "credentials"


@pytest.mark.parametrize(("steps", "status"), [("", "success"), ("[]", "success"), ("{}", "splendid")])
def test_without_githubs_contexts_it_says_so(
    steps: str, status: str, slipway: Slipway, outcomes: Path, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("STEPS", steps)
    ended = slipway("pipeline", "record", "dev", "--tag", NEW, "--status", status, "--outcomes", str(outcomes))
    assert (ended.exit_code, (outcomes / "deployment.json").exists()) == (2, False)


def test_a_record_that_cannot_be_written_is_told(slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shell.setenv("STEPS", "{}")
    words = ("--status", "success", "--outcomes", str(tmp_path / "file" / "outcomes"))
    ended = slipway("pipeline", "record", "dev", "--tag", NEW, *words)
    assert (ended.exit_code, "the record cannot be written to" in ended.stderr) == (1, True)


def test_an_outcome_that_cannot_be_written_leaves_the_verdict(world: World, release: Any, tmp_path: Path) -> None:
    succeeding(world)
    (tmp_path / "file").write_text("")
    ended = release("--outcome", str(tmp_path / "file" / "release.json"))
    assert ended.exit_code == 0
    assert "The outcome cannot be written to" in ended.stderr


@pytest.mark.parametrize(("ending", "verdict"), [(succeeding, "SUCCEEDED"), (rolling_back, "ROLLED_BACK")])
def test_a_release_tells_the_steps_after_it_how_it_ended(
    ending: Any, verdict: str, world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    ending(world)
    release()
    assert (tmp_path / "output").read_text() == f"verdict={verdict}\nrolled_out=true\n"


def test_a_tag_that_runs_already_was_not_rolled_out(
    world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    world.same, world.tag = True, OLD
    assert release(tag=OLD).exit_code == 0
    assert (tmp_path / "output").read_text() == "verdict=SUCCEEDED\nrolled_out=false\n"
