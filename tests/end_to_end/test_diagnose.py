"""A rollout that really fails in the emulated AWS, and what `slipway diagnose` and `slipway doctor` say of it."""

import json
from pathlib import Path

import pytest

from sandbox.engine import Engine
from sandbox.processes import eventually
from tests.end_to_end.conftest import REPOSITORY, Sandbox, diagnosis

STACK = "slipway-sandbox-service"
MISSING, FOREIGN = "sha-00000d1", "sha-00000d3"
PROGRAM = "print('exec /usr/local/bin/python: exec format error'); exit(1)"
"""What the kernel says of a program that was built for another processor, said by a program of this one."""


@pytest.fixture(scope="module")
def foreign_image(sandbox: Sandbox, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tag of an image that ends at its start; ECS takes it from the engine, and ECR does not know it."""
    good = f"{REPOSITORY}:{sandbox.status()['image_tag']}"
    folder: Path = tmp_path_factory.mktemp(FOREIGN)
    (folder / "Dockerfile").write_text(f"FROM {good}\nCMD {json.dumps(['python', '-c', PROGRAM])}\n")
    engine.build(folder, f"{REPOSITORY}:{FOREIGN}", arguments={}, say=lambda _: None)
    return FOREIGN


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


def test_a_program_for_another_processor_is_told_from_a_crash(sandbox: Sandbox, foreign_image: str) -> None:
    assert roll_out(sandbox, foreign_image) == "UPDATE_ROLLBACK_COMPLETE"
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
