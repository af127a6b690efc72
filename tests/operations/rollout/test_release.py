"""`slipway release`: what it changes, and with which exit code it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.rollout import first
from tests.operations.releases import UPDATING, rolling_back, succeeding, told, written
from tests.operations.world import (
    BREAKER,
    NEW,
    NEXT,
    OLD,
    REPOSITORY,
    ROLE,
    STACK,
    World,
    deployment,
    minutes,
    task_definition,
)


def crashing(world: World) -> None:
    """Lets ECS remember a task that ended with exit code 3."""
    arn = "arn:aws:ecs:eu-central-1:111111111111:task/slipway-dev/0123456789abcdef"
    task = {
        "taskArn": arn,
        "lastStatus": "STOPPED",
        "taskDefinitionArn": task_definition(NEW),
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "createdAt": minutes(1.5),
        "startedAt": minutes(1.6),
        "stoppedAt": minutes(1.7),
        "containers": [{"name": "service", "exitCode": 3}],
    }

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        return {"taskArns": [arn] if asked["desiredStatus"] == "STOPPED" else []}

    world.aws.answer("ListTasks", listed)
    world.aws.answer("DescribeTasks", {"tasks": [task]})


def test_a_good_release_ends_with_0_and_says_so(world: World, release: Any) -> None:
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[0] == f"SUCCEEDED  {NEW} in dev."


def test_a_release_changes_nothing_but_the_tag_and_who_released_it(world: World, release: Any) -> None:
    succeeding(world)
    release()
    assert world.aws.parameters("AssumeRole")["RoleArn"] == ROLE
    asked = world.aws.parameters("CreateChangeSet")
    assert (asked["StackName"], asked["UsePreviousTemplate"], asked["ChangeSetType"]) == (STACK, True, "UPDATE")
    released_by = asked["Parameters"][1].pop("ParameterValue")
    assert asked["Parameters"] == [
        {"ParameterKey": "ImageTag", "ParameterValue": NEW},
        {"ParameterKey": "ReleasedBy"},
        {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
    ]
    assert released_by.startswith("ada #")
    assert world.aws.parameters("ExecuteChangeSet")["ChangeSetName"] == asked["ChangeSetName"]


def test_in_a_job_the_release_is_recorded_with_who_started_it_and_where(
    world: World, release: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    succeeding(world)
    summary = tmp_path / "summary.md"
    for name, value in {
        "GITHUB_ACTOR": "octocat",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "example-org/example-service",
        "GITHUB_RUN_ID": "42",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_STEP_SUMMARY": str(summary),
    }.items():
        shell.setenv(name, value)
    release()
    released_by = world.aws.parameters("CreateChangeSet")["Parameters"][1]["ParameterValue"]
    run = "https://github.com/example-org/example-service/actions/runs/42/attempts/2"
    assert released_by.startswith(f"octocat {run} #")
    assert summary.read_text().startswith(f"### SUCCEEDED: `{NEW}` in `dev`\n")
    assert "| seconds | phase |" in summary.read_text()


def test_a_rolled_back_release_ends_with_3_and_says_what_runs_and_why(world: World, release: Any) -> None:
    rolling_back(world)
    crashing(world)
    ended = release()
    assert ended.exit_code == 3
    lines = ended.stdout.splitlines()
    assert told("\n".join(lines)).startswith(f"ROLLED BACK {NEW} in dev: {BREAKER} {OLD} runs. The container service")
    diagnosis = lines.index("", 1) + 1
    assert "exits with code 3" in lines[diagnosis]
    assert "Stopped tasks" in lines
    assert lines[lines.index("Time") + 1].endswith(" s  ECS finds a place")


def test_where_it_cannot_be_found_out_why_it_says_how_to_try_again(world: World, release: Any) -> None:
    rolling_back(world)
    listed = world.aws.answers["ListServiceDeployments"]

    def forgotten(asked: dict[str, Any]) -> dict[str, Any]:
        at_the_end = world.looks >= len(world.frames)
        return {"serviceDeployments": []} if at_the_end else listed(asked)

    world.aws.answer("ListServiceDeployments", forgotten)
    ended = release()
    assert ended.exit_code == 3
    assert told(ended.stdout).startswith(f"ROLLED BACK {NEW} in dev: {BREAKER} {OLD} runs. Run slipway diagnose dev")


def test_as_json_the_outcome_is_one_object_on_stdout(world: World, release: Any) -> None:
    rolling_back(world)
    crashing(world)
    outcome = json.loads(release("--json").stdout)
    assert (outcome["verdict"], outcome["exit_code"], outcome["tag"], outcome["runs"]) == ("ROLLED_BACK", 3, NEW, OLD)
    assert (outcome["rollout"]["failures"], outcome["rollout"]["threshold"]) == (3, 3)
    assert outcome["rollout"]["rollback"]["to"] == OLD
    assert outcome["timeline"]["phases"][-1]["name"] == "ECS rolls back"
    assert outcome["diagnosis"]["cause"] == "crash loop"


def test_without_a_terminal_each_change_is_one_line_on_stderr(world: World, release: Any) -> None:
    rolling_back(world)
    lines = release().stderr.splitlines()
    assert lines[0] == f"CloudFormation changes {STACK}: ImageTag={NEW}, nothing else"
    assert "rollout IN_PROGRESS; stack UPDATE_IN_PROGRESS; new tasks 0 of 2 running" in lines[1]
    assert len(lines) == len(set(lines))


def test_a_failure_with_nothing_to_roll_back_to_ends_with_1(world: World, release: Any) -> None:
    failed = deployment(NEW, "ROLLBACK_FAILED", statusReason="No rollback candidate was found to run the rollback.")
    world.frames = [(UPDATING, [failed]), ("UPDATE_ROLLBACK_FAILED", [failed])]
    ended = release()
    assert ended.exit_code == 1
    assert "slipway doctor dev says what to do" in told(ended.stdout)


def test_what_takes_too_long_ends_with_4_and_goes_on(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [deployment(NEW, "IN_PROGRESS")])]
    ended = release("--timeout", "0")
    assert ended.exit_code == 4
    assert "slipway watch dev picks it up" in told(ended.stdout)
    assert "StopServiceDeployment" not in world.aws.operations()


def test_a_release_that_another_one_replaces_ends_with_5(world: World, release: Any) -> None:
    newer = deployment(NEXT, "IN_PROGRESS", onto=NEW, minute=2)
    world.frames = [
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [newer, deployment(NEW, "STOPPED", stoppedAt=minutes(2))]),
    ]
    ended = release()
    assert ended.exit_code == 5
    assert f"a rollout of {NEXT} took its place" in told(ended.stdout)


def test_a_rollback_by_cloudformation_is_not_taken_for_another_release(world: World, release: Any) -> None:
    restoring = deployment(OLD, "SUCCESSFUL", onto=NEW, minute=5)
    restoring["serviceDeploymentArn"] += "again"
    world.frames = [
        (UPDATING, [deployment(NEW, "STOPPED", statusReason="The deployment was stopped.")]),
        ("UPDATE_ROLLBACK_COMPLETE", [restoring, deployment(NEW, "STOPPED")]),
    ]
    assert release().exit_code == 3


@pytest.mark.parametrize("stale", [1, 4, 12])
def test_a_stack_that_is_still_told_of_as_before_the_release_does_not_decide(
    stale: int, world: World, release: Any
) -> None:
    """After a rollback it is UPDATE_ROLLBACK_COMPLETE already, and DescribeStacks is eventually consistent."""
    world.stack, world.stale = "UPDATE_ROLLBACK_COMPLETE", stale
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0


def test_a_stack_whose_operations_are_not_dated_is_believed_after_some_looks(world: World, release: Any) -> None:
    described = world.aws.answers["DescribeStacks"]

    def undated(asked: dict[str, Any]) -> dict[str, Any]:
        told = described(asked)
        told["Stacks"][0].pop("LastUpdatedTime")
        return told

    world.aws.answer("DescribeStacks", undated)
    world.stack = "UPDATE_ROLLBACK_COMPLETE"
    world.frames = [("UPDATE_ROLLBACK_COMPLETE", [])]
    assert release().exit_code == 3
    assert world.looks > 5


def test_the_release_is_known_by_its_task_definition_where_ecs_does_not_tell_the_tag(
    world: World, release: Any
) -> None:
    """ECS names the image only when a task has pulled it, and some images by digest."""
    succeeding(world)
    told, digest = world.aws.answers["DescribeServiceRevisions"], f"sha256:{'0' * 64}"

    def nameless(asked: dict[str, Any]) -> dict[str, Any]:
        revisions = told(asked)["serviceRevisions"]
        for each in revisions:
            image = {"containerName": "service", "image": f"{REPOSITORY}@{digest}", "imageDigest": digest}
            each["containerImages"] = [image] if world.looks > 3 else []
        return {"serviceRevisions": revisions}

    world.aws.answer("DescribeServiceRevisions", nameless)
    ended = release("--json")
    assert ended.exit_code == 0
    rollout = json.loads(ended.stdout)["rollout"]
    assert (rollout["tag"], rollout["digest"], rollout["replaces"]) == (NEW, digest, [OLD])


@pytest.mark.parametrize("stale", [0, 1])
def test_an_older_rollout_of_the_same_tag_is_not_taken_for_the_release(stale: int, world: World, release: Any) -> None:
    """Not even if ECS did not list it before, nor before it is known when the update began."""
    world.stale = stale
    earlier = deployment(NEW, "SUCCESSFUL", minute=-30, finishedAt=minutes(-25))
    earlier["serviceDeploymentArn"] += "earlier"
    world.frames = [
        (UPDATING, [earlier]),
        ("UPDATE_COMPLETE", [deployment(NEW, "ROLLBACK_SUCCESSFUL"), earlier]),
    ]
    assert release().exit_code == 3


def test_a_service_without_tasks_is_released_as_well(world: World, release: Any) -> None:
    world.desired = 0
    succeeding(world)
    ended = release()
    assert ended.exit_code == 0
    assert "new tasks 0 of 0 running" in ended.stderr


def test_a_rollout_that_vanishes_ends_with_1_and_is_told_as_such(world: World, release: Any) -> None:
    world.frames = [(UPDATING, [deployment(NEW, "IN_PROGRESS")]), ("UPDATE_COMPLETE", [])]
    ended = release()
    assert ended.exit_code == 1
    assert "ECS no longer lists the rollout" in told(ended.stdout)


def test_the_clock_of_this_machine_does_not_matter(world: World, release: Any, shell: pytest.MonkeyPatch) -> None:
    shell.setattr("time.time", lambda: 0.0)  # as if it were 1970
    succeeding(world)
    assert release().exit_code == 0


@pytest.fixture
def cdk(shell: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A CDK CLI that writes down what it was asked, and where its `exit` file says how it ends."""
    program = tmp_path / "node_modules" / ".bin" / "cdk"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\necho creating\nprintf "%s\\n" "$@" > {tmp_path}/asked\nexit $(cat {tmp_path}/exit)\n'
    )
    program.chmod(0o755)
    shell.setattr(first, "PROJECT", tmp_path)
    return tmp_path


def test_the_very_first_release_creates_the_environment_with_that_image(cdk: Path, world: World, release: Any) -> None:
    (cdk / "exit").write_text("0")
    world.stack, world.before = "", []
    world.frames = [("CREATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", onto=NEW)])]
    identity = world.aws.answers["GetCallerIdentity"]

    def created(asked: dict[str, Any]) -> dict[str, Any]:
        world.executed = True  # by the time that somebody looks again
        return identity(asked)

    world.aws.answer("GetCallerIdentity", created)
    ended = release()
    assert ended.exit_code == 0
    asked = (cdk / "asked").read_text().splitlines()
    assert asked[:2] == ["deploy", "slipway-dev-*"]
    assert f"slipway-dev-service:ImageTag={NEW}" in asked
    assert any(word.startswith("slipway-dev-service:ReleasedBy=ada #") for word in asked)
    assert "npx cdk deploy 'slipway-dev-*'" in ended.stderr
    assert written(world) == []


def test_a_first_release_that_fails_ends_with_1(cdk: Path, world: World, release: Any) -> None:
    (cdk / "exit").write_text("7")
    world.stack = ""
    ended = release()
    assert ended.exit_code == 1
    assert "nothing to roll back to: cdk ended with exit code 7" in ended.stderr
    # The service stack may be there by now, so that a release of the same tag would find nothing to do.
    assert "then run npx cdk deploy 'slipway-dev-*'" in told(ended.stderr)
    assert f"slipway-dev-service:ImageTag={NEW}" in told(ended.stderr)
