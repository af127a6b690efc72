"""`slipway deploy`: the stacks as the work tree describes them, with the image that runs there."""

import itertools
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from operations import infrastructure
from operations.rollout import first
from tests.operations.conftest import Slipway
from tests.operations.releases import told
from tests.operations.world import NEW, World

pytestmark = pytest.mark.usefixtures("world")

SCRIPT = """#!/bin/sh
printf '%s\\n' "$@" > {folder}/asked
cat {folder}/says 2>/dev/null
exit $(cat {folder}/exit)
"""


CANCELLED = """#!{python}
import os, pathlib, signal, sys, time
def note(number, _):
    pathlib.Path({ended!r}).write_text(str(number))
    sys.exit(130)
signal.signal({number}, note)
os.kill(os.getppid(), {number})
while True:
    time.sleep(60)
"""
"""A CLI during which the job is cancelled: GitHub sends its signal to the process above it only."""


class Cdk:
    """A CDK CLI that ends as it is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = folder / "node_modules" / ".bin" / "cdk"
        program.parent.mkdir(parents=True)
        program.write_text(SCRIPT.format(folder=folder))
        program.chmod(0o755)
        self.ends(0)

    def ends(self, code: int, says: str = "") -> None:
        (self._folder / "exit").write_text(str(code))
        (self._folder / "says").write_text(says)

    @property
    def asked(self) -> list[str]:
        file = self._folder / "asked"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def parameters(self) -> list[str]:
        return [word for index, word in enumerate(self.asked) if self.asked[index - 1] == "--parameters"]


@pytest.fixture
def cdk(tmp_path: Path, shell: pytest.MonkeyPatch) -> Cdk:
    shell.setattr(first, "PROJECT", tmp_path)
    shell.setenv("PATH", os.defpath)
    return Cdk(tmp_path)


def test_where_a_service_runs_its_image_stays(cdk: Cdk, slipway: Slipway) -> None:
    ended = slipway("deploy", "dev", "--tag", NEW)
    assert ended.exit_code == 0, ended.stderr
    assert cdk.asked[:2] == ["deploy", "slipway-dev-*"]
    assert cdk.parameters == []
    assert ended.stdout == "Deployed  the stacks of dev, with the image that runs there.\n"


def test_without_a_tag_a_service_that_runs_is_deployed_as_well(cdk: Cdk, slipway: Slipway) -> None:
    assert slipway("deploy", "dev").exit_code == 0
    assert cdk.asked


@pytest.mark.parametrize("state", ["", "ROLLBACK_COMPLETE"])
def test_a_service_that_does_not_exist_is_created_with_the_tag(
    state: str, cdk: Cdk, world: World, slipway: Slipway
) -> None:
    world.stack = state
    ended = slipway("deploy", "dev", "--tag", NEW, "--json")
    assert json.loads(ended.stdout) == {"environment": "dev", "created": True, "tag": NEW}
    image, released_by = cdk.parameters
    assert image == f"slipway-dev-service:ImageTag={NEW}"
    assert released_by.startswith("slipway-dev-service:ReleasedBy=ada #")


def test_a_service_that_does_not_exist_is_not_created_without_a_tag(cdk: Cdk, world: World, slipway: Slipway) -> None:
    world.stack = ""
    ended = slipway("deploy", "dev")
    assert (ended.exit_code, cdk.asked) == (2, [])
    assert ended.stderr.startswith("slipway: dev has no service yet, and is not created without an image: ")
    assert "run slipway deploy dev --tag TAG" in ended.stderr


def test_what_is_no_tag_creates_no_service(cdk: Cdk, world: World, slipway: Slipway) -> None:
    world.stack = ""
    ended = slipway("deploy", "dev", "--tag", "latest")
    assert (ended.exit_code, cdk.asked) == (2, [])
    assert "'latest' is not a tag" in ended.stderr


def test_that_it_fails_is_told_with_the_reason_of_cloudformation(
    cdk: Cdk, slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("SLIPWAY_ERRORS", str(tmp_path / "outcomes" / "errors.jsonl"))
    reason = "slipway-dev-service failed: ToolkitError: UPDATE_ROLLBACK_COMPLETE: the listener was refused"
    cdk.ends(1, f"slipway-dev-service: updating...\n\n \N{CROSS MARK}  {reason}.\n")
    ended = slipway("deploy", "dev", "--tag", NEW)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert f"the stacks of dev were not deployed: {reason}." in told(ended.stderr)
    (line,) = (tmp_path / "outcomes" / "errors.jsonl").read_text().splitlines()
    kept = json.loads(line)
    assert (kept["verb"], kept["exit_code"]) == (["deploy"], 1)
    assert kept["what"] == f"the stacks of dev were not deployed: {reason}"


def test_that_it_fails_without_a_reason_is_told_with_the_exit_code(cdk: Cdk, slipway: Slipway) -> None:
    cdk.ends(7)
    ended = slipway("deploy", "dev")
    assert "the stacks of dev were not deployed: cdk ended with exit code 7." in told(ended.stderr)


def test_an_error_that_cannot_be_kept_is_told_all_the_same(
    cdk: Cdk, slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    shell.setenv("SLIPWAY_ERRORS", str(tmp_path / "file" / "errors.jsonl"))
    cdk.ends(7)
    ended = slipway("deploy", "dev")
    assert (ended.exit_code, "cdk ended with exit code 7" in told(ended.stderr)) == (1, True)
    assert "SLIPWAY_ERRORS: " in ended.stderr


@pytest.mark.parametrize("state", ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"])
def test_what_a_cancelled_job_has_left_under_way_is_waited_for(
    state: str, cdk: Cdk, world: World, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    """A stack that is being rolled back has its parameters: it is not taken for one that does not exist."""
    looks: list[list[str]] = []

    def pass_by(_: float) -> None:
        looks.append(cdk.asked)
        world.stack = "UPDATE_ROLLBACK_COMPLETE" if len(looks) == 2 else state

    shell.setattr(infrastructure, "sleep", pass_by)
    world.stack = state
    ended = slipway("deploy", "dev", "--tag", NEW)
    assert (ended.exit_code, looks, cdk.parameters) == (0, [[], []], [])
    assert cdk.asked
    assert ended.stderr.count(f"slipway-dev-service is {state}: waiting until it is at rest") == 1


def test_a_stack_that_does_not_come_to_rest_is_not_waited_for_forever(
    cdk: Cdk, world: World, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    ticks = itertools.count(step=600.0)
    shell.setattr(infrastructure, "sleep", lambda _: None)
    shell.setattr(infrastructure, "monotonic", lambda: next(ticks))
    world.stack = "UPDATE_IN_PROGRESS"
    ended = slipway("deploy", "dev", "--tag", NEW)
    assert (ended.exit_code, cdk.asked) == (6, [])
    assert "was not at rest within" in told(ended.stderr)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_ends_the_cdk_cli_too_and_says_that_cloudformation_goes_on(
    number: int, cdk: Cdk, slipway: Slipway, tmp_path: Path
) -> None:
    assert cdk.asked == []
    program = tmp_path / "node_modules" / ".bin" / "cdk"
    program.write_text(CANCELLED.format(python=sys.executable, ended=str(tmp_path / "ended"), number=int(number)))
    ended = slipway("deploy", "dev")
    assert (tmp_path / "ended").read_text() == str(int(number))
    assert ended.exit_code == 4
    assert "CloudFormation goes on with the one that it was at." in told(ended.stderr)
