"""Rollouts that really fail in the emulated AWS, and what `slipway diagnose` and `slipway doctor` say of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import Engine
from sandbox.processes import eventually
from tests.end_to_end.conftest import Sandbox

STACK = "slipway-sandbox-service"
MISSING, CRASHING, FOREIGN = "sha-00000d1", "sha-00000d2", "sha-00000d3"
REPOSITORY = "000000000000.dkr.ecr.us-east-1.amazonaws.com/slipway"
LAST_WORDS = "RuntimeError: DATABASE_URL is not set"
PROGRAMS = {
    CRASHING: "raise RuntimeError('DATABASE_URL is not set')",
    # What the kernel says of a program that was built for another processor, said by a program of this one.
    FOREIGN: "print('exec /usr/local/bin/python: exec format error'); exit(1)",
}
"""What these images run: Python, in place of the server."""


@pytest.fixture(scope="module")
def bad_images(sandbox: Sandbox, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Images that end at their start; ECS takes them from the engine, and ECR does not know them."""
    good = f"{REPOSITORY}:{sandbox.status()['image_tag']}"
    for tag, program in PROGRAMS.items():
        folder: Path = tmp_path_factory.mktemp(tag)
        (folder / "Dockerfile").write_text(f"FROM {good}\nCMD {json.dumps(['python', '-c', program])}\n")
        engine.build(folder, f"{REPOSITORY}:{tag}", arguments={}, say=lambda _: None)


def roll_out(sandbox: Sandbox, tag: str) -> str:
    """Change only the tag, as a release does, and return the state that the stack ends in."""
    cloudformation = sandbox.client("cloudformation")
    described = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    parameters = [
        {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True}
        for each in described["Parameters"]
        if each["ParameterKey"] != "ImageTag"
    ]
    change = {"StackName": STACK, "ChangeSetName": f"to-{tag}"}
    cloudformation.create_change_set(
        **change,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        Parameters=[*parameters, {"ParameterKey": "ImageTag", "ParameterValue": tag}],
    )
    assert eventually(lambda: cloudformation.describe_change_set(**change)["Status"] == "CREATE_COMPLETE", 120)
    cloudformation.execute_change_set(**change)

    def state() -> str:
        status: str = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        return status

    assert eventually(lambda: not state().endswith("_IN_PROGRESS"), 600)
    return state()


def diagnosis(sandbox: Sandbox) -> tuple[str, dict[str, Any]]:
    """The first line, and the whole of it as JSON."""
    text, as_json = sandbox.slipway("diagnose", "sandbox"), sandbox.slipway("diagnose", "sandbox", "--json")
    assert text.returncode == as_json.returncode == 0, text.stderr + as_json.stderr
    return text.stdout.splitlines()[0], json.loads(as_json.stdout)


def test_a_tag_that_is_not_there_is_told_as_such(sandbox: Sandbox) -> None:
    assert roll_out(sandbox, MISSING) == "UPDATE_ROLLBACK_COMPLETE"
    first_line, told = diagnosis(sandbox)
    assert first_line == (
        f"The image {REPOSITORY}:{MISSING} is not in its registry. Push it, or release a tag that is there; slipway "
        "doctor sandbox --tag TAG looks for one."
    )
    assert told["cause"] == "image missing"
    assert told["rollout"]["image_tag"] == MISSING
    assert told["rollout"]["failures"] >= told["rollout"]["threshold"] == 3


@pytest.mark.usefixtures("bad_images")
def test_a_crash_at_the_start_is_named_with_its_last_log_line(sandbox: Sandbox) -> None:
    assert roll_out(sandbox, CRASHING) == "UPDATE_ROLLBACK_COMPLETE"
    assert eventually(lambda: LAST_WORDS in diagnosis(sandbox)[0], 120)  # output comes after the end of its container
    first_line, told = diagnosis(sandbox)
    assert first_line == (
        f"The container service exits with code 1 at its start, and its last log line is: {LAST_WORDS}. Mend what that "
        "line says, or release an earlier tag; slipway logs sandbox has the lines before it."
    )
    assert told["cause"] == "crash loop"
    assert told["log"]["lines"][0] == "Traceback (most recent call last):"
    # Of as many as were there before the breaker; one that it stopped before it ran has none.
    assert {code for each in told["stopped_tasks"] for code in each["exit_codes"].values()} == {1}


@pytest.mark.usefixtures("bad_images")
def test_a_program_for_another_processor_is_told_from_a_crash(sandbox: Sandbox) -> None:
    assert roll_out(sandbox, FOREIGN) == "UPDATE_ROLLBACK_COMPLETE"
    assert diagnosis(sandbox)[1]["cause"] == "wrong architecture"


def test_doctor_finds_nothing_that_fails_and_refuses_a_tag_that_is_not_there(sandbox: Sandbox) -> None:
    examined = sandbox.slipway("doctor", "sandbox", "--json")
    assert examined.returncode == 0, examined.stdout
    checks = json.loads(examined.stdout)["checks"]
    assert {each["name"] for each in checks if each["outcome"] == "WARN"} == {
        *("execution role's rights", "way out", "quota"),
    }
    refused = sandbox.slipway("doctor", "sandbox", "--tag", MISSING)
    assert f"the repository slipway has no image {MISSING}" in refused.stdout.replace("\n      ", " ")
    assert refused.returncode == 6
