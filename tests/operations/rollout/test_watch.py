"""`slipway watch` and `abort`: which rollout they mean, and what they do with it."""

import json
from typing import Any

import pytest

from tests.operations.answering import RefusalError
from tests.operations.conftest import Slipway
from tests.operations.world import (
    NEW,
    OLD,
    UPDATING,
    World,
    deployment,
    deployment_arn,
    minutes,
    rolled_back,
    told,
    under_way,
)


def test_watch_follows_the_rollout_under_way_to_its_verdict(world: World, slipway: Slipway) -> None:
    under_way(
        world,
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
    )
    ended = slipway("watch", "dev")
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"SUCCEEDED  {NEW} in dev.")


def test_watch_waits_for_a_rollout_that_cloudformation_has_not_begun(world: World, slipway: Slipway) -> None:
    under_way(
        world,
        (UPDATING, []),
        (UPDATING, []),
        ("UPDATE_ROLLBACK_COMPLETE", [rolled_back(NEW)]),
    )
    assert slipway("watch", "dev").exit_code == 3


def test_watch_tells_how_the_last_rollout_ended_if_none_is_under_way(world: World, slipway: Slipway) -> None:
    world.before.insert(0, rolled_back(NEW))
    ended = slipway("watch", "dev")
    assert ended.exit_code == 3
    assert f"ROLLED BACK {NEW} in dev" in told(ended.stdout)


def test_watch_does_not_take_a_rollout_that_brings_the_old_revision_back_for_the_last_one(
    world: World, slipway: Slipway
) -> None:
    restoring = deployment(OLD, "SUCCESSFUL", onto=NEW, minute=6)
    restoring["serviceDeploymentArn"] += "again"
    world.before[:0] = [restoring, deployment(NEW, "SUCCESSFUL")]
    ended = slipway("watch", "dev")
    assert ended.exit_code == 3
    assert f"{OLD} was rolled out again" in told(ended.stdout)


def test_watch_without_any_rollout_says_so(world: World, slipway: Slipway) -> None:
    world.before = []
    ended = slipway("watch", "dev")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("slipway: ECS tells of no rollout of dev.")


def test_a_rollout_that_waits_for_a_human_says_so(world: World, slipway: Slipway) -> None:
    hook = {"hookId": "hook-1", "targetType": "PAUSE", "status": "AWAITING_ACTION", "expiresAt": minutes(60)}
    paused = deployment(NEW, "IN_PROGRESS", lifecycleStage="POST_TEST_TRAFFIC_SHIFT", lifecycleHookDetails=[hook])
    under_way(
        world,
        (UPDATING, [paused]),
        (UPDATING, [paused]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL")]),
    )
    ended = slipway("watch", "dev")
    assert "rollout IN_PROGRESS POST_TEST_TRAFFIC_SHIFT" in ended.stderr
    assert f"aws ecs continue-service-deployment --service-deployment-arn {deployment_arn(NEW)}" in ended.stderr
    assert "--hook-id hook-1 --action CONTINUE" in ended.stderr


@pytest.mark.parametrize("verb", ["abort", "rollback"])
def test_a_rollout_under_way_is_stopped_and_followed_to_its_end(verb: str, world: World, slipway: Slipway) -> None:
    under_way(
        world,
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "ROLLBACK_IN_PROGRESS")]),
        ("UPDATE_ROLLBACK_COMPLETE", [rolled_back(NEW, reason="stopped by a user")]),
    )
    ended = slipway(verb, "dev", "--yes")
    assert ended.exit_code == 3
    assert world.aws.parameters("StopServiceDeployment")["serviceDeploymentArn"] == deployment_arn(NEW)
    assert f"This stops it and goes back to {OLD}." in told(ended.stderr)


def test_a_rollback_under_way_is_not_aborted_because_that_brings_back_what_it_takes_back(
    world: World, slipway: Slipway
) -> None:
    under_way(world, (UPDATING, [deployment(NEW, "IN_PROGRESS")]))
    world.released_by = f"octocat rolling back {OLD} https://github.com/acme/shop/actions/runs/7"
    ended = slipway("abort", "dev", "--yes")
    assert ended.exit_code == 6
    assert f"takes {OLD} back, and stopping it would bring {OLD} back" in told(ended.stderr)
    assert "StopServiceDeployment" not in world.aws.operations()


@pytest.mark.parametrize("verb", ["abort", "rollback"])
def test_without_a_terminal_and_without_yes_nothing_is_stopped(verb: str, world: World, slipway: Slipway) -> None:
    under_way(world, (UPDATING, [deployment(NEW, "IN_PROGRESS")]))
    ended = slipway(verb, "dev")
    assert ended.exit_code == 2
    assert "Add --yes" in ended.stderr
    assert "StopServiceDeployment" not in world.aws.operations()


@pytest.mark.parametrize("verb", ["abort", "rollback"])
def test_a_rollout_that_was_faster_than_its_end_is_no_success(verb: str, world: World, slipway: Slipway) -> None:
    under_way(
        world,
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
    )
    ended = slipway(verb, "dev", "--yes")
    assert ended.exit_code == 1
    assert f"it was not stopped, and has succeeded. {NEW} runs. Run slipway rollback dev" in told(ended.stdout)


@pytest.mark.parametrize("verb", ["abort", "rollback"])
def test_a_rollout_that_may_not_be_stopped_and_goes_on_to_serve_is_no_success(
    verb: str, world: World, slipway: Slipway
) -> None:
    def denied(_: dict[str, Any]) -> dict[str, Any]:
        raise RefusalError("AccessDeniedException", "ada is not authorized to perform: ecs:StopServiceDeployment")

    world.aws.answer("StopServiceDeployment", denied)
    under_way(
        world,
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
    )
    ended = slipway(verb, "dev", "--yes")
    assert ended.exit_code == 1
    assert "ECS does not roll back: StopServiceDeployment failed: AccessDeniedException" in told(ended.stderr)
    assert f"it was not stopped, and has succeeded. {NEW} runs." in told(ended.stdout)


def test_an_update_of_the_stack_without_a_rollout_leaves_abort_with_nothing_to_stop(
    world: World, slipway: Slipway
) -> None:
    under_way(world, (UPDATING, []), (UPDATING, []), ("UPDATE_COMPLETE", []))
    ended = slipway("abort", "dev", "--yes")
    assert ended.exit_code == 1
    assert "it was not stopped: the update of the stack is complete, and started no rollout." in told(ended.stdout)


@pytest.mark.parametrize(("stack", "code"), [("UPDATE_COMPLETE", 0), ("UPDATE_ROLLBACK_COMPLETE", 3)])
def test_watch_judges_an_update_without_a_rollout_by_the_stack(
    stack: str, code: int, world: World, slipway: Slipway
) -> None:
    under_way(world, (UPDATING, []), (UPDATING, []), (stack, []))
    assert slipway("watch", "dev").exit_code == code


def test_watch_of_a_redeployment_by_hand_waits_although_the_release_before_was_rolled_back(
    world: World, slipway: Slipway
) -> None:
    by_hand = deployment(OLD, "IN_PROGRESS", onto=OLD, minute=9)
    by_hand["serviceDeploymentArn"] += "again"
    done = by_hand | {"status": "SUCCESSFUL", "finishedAt": minutes(11)}
    rolled = "UPDATE_ROLLBACK_COMPLETE"
    under_way(world, (rolled, [by_hand]), (rolled, [by_hand]), (rolled, [done]))
    world.before.insert(0, rolled_back(NEW))
    ended = slipway("watch", "dev")
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"SUCCEEDED  {OLD} in dev.")


def test_a_second_forced_redeployment_does_not_take_the_first_back(world: World, slipway: Slipway) -> None:
    forced = [deployment(OLD, "SUCCESSFUL", onto=OLD, minute=each, finishedAt=minutes(each + 1)) for each in (8, 4)]
    for index, each in enumerate(forced):
        each["serviceDeploymentArn"] += f"again{index}"
    world.before[:0] = forced
    ended = slipway("watch", "dev", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["rollout"]["id"]) == (0, forced[0]["serviceDeploymentArn"])


@pytest.mark.parametrize("verb", ["abort", "rollback"])
def test_what_is_being_rolled_back_already_is_not_stopped_again(verb: str, world: World, slipway: Slipway) -> None:
    under_way(world, ("UPDATE_ROLLBACK_IN_PROGRESS", [deployment(NEW, "STOPPED")]))
    ended = slipway(verb, "dev", "--yes")
    assert ended.exit_code == 1
    assert f"{NEW} is being rolled back already" in ended.stderr
    assert "slipway watch dev" in ended.stderr


@pytest.mark.usefixtures("world")
def test_abort_needs_a_rollout_under_way(slipway: Slipway) -> None:
    ended = slipway("abort", "dev", "--yes")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("slipway: no rollout of dev is under way.")
