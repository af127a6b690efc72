"""`slipway watch`, `abort`, `rollback` and `history`: which rollout or release they mean, and what they do with it."""

import json
from typing import Any

import pytest

from tests.operations.answering import RefusalError
from tests.operations.conftest import Slipway
from tests.operations.world import (
    NEW,
    NEXT,
    OLD,
    World,
    deployment,
    deployment_arn,
    minutes,
    rolled_back,
)

UPDATING = "UPDATE_IN_PROGRESS"
OLDEST = "sha-0000000"


def record(version: int, tag: str, by: str, minute: float) -> dict[str, Any]:
    """A version of the record of releases."""
    return {
        "Version": version,
        "Value": tag,
        "Description": f"released by {by}",
        "LastModifiedDate": minutes(minute),
    }


def with_history(world: World, *records: dict[str, Any]) -> None:
    world.aws.answer("GetParameterHistory", {"Parameters": list(records)})


def under_way(world: World, *frames: tuple[str, list[dict[str, Any]]]) -> None:
    """Lets an update of the stack be under way from the beginning."""
    world.executed, world.tag = True, NEW
    world.frames = list(frames)


def told(text: str) -> str:
    return " ".join(text.split())


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


def releasing_again(world: World, tag: str, onto: str) -> None:
    """Lets the next release of that tag succeed; it registers a revision of its own, as CloudFormation does."""
    again = deployment(tag, "SUCCESSFUL", onto=onto, minute=30, finishedAt=minutes(31))
    again["serviceDeploymentArn"] += "again"
    world.frames = [("UPDATE_COMPLETE", [again])]


def test_rollback_releases_the_last_good_tag_after_two_bad_ones(world: World, slipway: Slipway) -> None:
    """Not the revision before the one that runs, nor the release before it."""
    bad, worse = "sha-0000008", "sha-0000009"
    with_history(
        world,
        record(1, OLD, "ada #00000001", -60),
        record(2, NEW, "ada #00000002", 1),
        record(3, bad, "ada #00000003", 5),
        record(4, NEW, "ada #00000002", 6),
        record(5, worse, "ada #00000004", 10),
        record(6, NEW, "ada #00000002", 11),
    )
    world.before[:0] = [
        rolled_back(worse, onto=NEW) | {"createdAt": minutes(10)},
        rolled_back(bad, onto=NEW) | {"createdAt": minutes(5)},
        deployment(NEW, "SUCCESSFUL"),
    ]
    world.tag = world.running = NEW
    releasing_again(world, OLD, onto=NEW)
    ended = slipway("rollback", "dev", "--yes", "--skip-preflight")
    assert ended.exit_code == 0
    parameters = world.aws.parameters("CreateChangeSet")["Parameters"]
    assert parameters[0] == {"ParameterKey": "ImageTag", "ParameterValue": OLD}
    assert parameters[1]["ParameterValue"].startswith(f"ada rolling back {NEW} #")
    assert f"dev runs {NEW}. This releases {OLD} (released 2026-11-23 11:00 UTC by ada)." in told(ended.stderr)


def test_a_second_rollback_goes_further_back_and_not_forth_again(world: World, slipway: Slipway) -> None:
    with_history(
        world,
        record(1, OLDEST, "ada #00000001", -90),
        record(2, OLD, "ada #00000002", -60),
        record(3, NEW, "ada #00000003", 1),
        record(4, OLD, f"ada rolling back {NEW} #00000004", 5),
    )
    world.frames = [("UPDATE_COMPLETE", [deployment(OLDEST, "SUCCESSFUL", minute=30)])]
    assert slipway("rollback", "dev", "--yes", "--skip-preflight").exit_code == 0
    assert world.aws.parameters("CreateChangeSet")["Parameters"][0]["ParameterValue"] == OLDEST


def test_rollback_to_a_tag_releases_that_one(world: World, slipway: Slipway) -> None:
    world.frames = [("UPDATE_COMPLETE", [deployment(NEXT, "SUCCESSFUL", minute=30)])]
    ended = slipway("rollback", "dev", "--to", NEXT, "--yes", "--skip-preflight")
    assert ended.exit_code == 0
    assert f"This releases {NEXT} (not in the history)." in told(ended.stderr)


def test_rollback_without_a_terminal_shows_what_it_would_do_and_ends_with_2(world: World, slipway: Slipway) -> None:
    with_history(world, record(1, OLDEST, "ada #00000001", -90), record(2, OLD, "ada #00000002", -60))
    ended = slipway("rollback", "dev")
    assert ended.exit_code == 2
    assert f"dev runs {OLD}. This releases {OLDEST}" in told(ended.stderr)
    assert "CreateChangeSet" not in world.aws.operations()


def test_rollback_without_an_earlier_release_says_so(world: World, slipway: Slipway) -> None:
    with_history(world, record(1, OLD, "ada #00000001", -60))
    ended = slipway("rollback", "dev", "--yes")
    assert ended.exit_code == 1
    assert f"there is no release before {OLD} in the history of dev" in ended.stderr


def test_rollback_to_what_cannot_be_a_tag_ends_with_2(world: World, slipway: Slipway) -> None:
    assert slipway("rollback", "dev", "--to", "latest", "--yes").exit_code == 2
    assert world.aws.calls == []


def test_history_tells_each_release_and_what_became_of_it(world: World, slipway: Slipway) -> None:
    run = "https://github.com/example-org/example-service/actions/runs/42/attempts/1"
    with_history(
        world,
        record(1, OLD, "unknown", -60),
        record(2, NEW, f"octocat {run} #00000002", 1),
        record(3, OLD, "unknown", 4),
    )
    world.before.insert(0, rolled_back(NEW))
    ended = slipway("history", "dev")
    assert ended.stdout.splitlines() == [
        f"2026-11-23 12:01  {NEW}  rolled back  octocat",
        f"    {run}",
        "    Service deployment rolled back because the circuit breaker threshold was",
        "    exceeded.",
        f"2026-11-23 11:00  {OLD}  succeeded    unknown",
    ]
    (newest, _) = json.loads(slipway("history", "dev", "--json").stdout)
    assert (newest["result"], newest["by"], newest["run"]) == ("rolled back", "octocat", run)
    assert newest["ended_at"] == minutes(4).isoformat()


def test_history_does_not_take_a_failed_deployment_of_settings_for_the_release_of_the_same_tag(
    world: World, slipway: Slipway
) -> None:
    with_history(
        world,
        record(1, OLD, "ada #00000001", 1),
        record(2, NEW, "ada #00000002", 3),
        record(3, OLD, "ada #00000001", 4),
    )
    settings = rolled_back(OLD) | {"createdAt": minutes(6)}  # ECS no longer tells of the rollout of the first minute
    world.before = [settings, rolled_back(NEW) | {"createdAt": minutes(3)}]
    found = json.loads(slipway("history", "dev", "--json").stdout)
    assert [(each["tag"], each["result"]) for each in found] == [(NEW, "rolled back"), (OLD, "succeeded")]


def test_history_knows_a_rollback_by_the_record_when_ecs_has_forgotten_the_rollout(
    world: World, slipway: Slipway
) -> None:
    world.before = []
    with_history(
        world,
        record(1, OLD, "ada #00000001", -9000),
        record(2, NEW, "ada #00000002", -8000),
        record(3, OLD, "ada #00000001", -7990),
        record(4, NEXT, "ada #00000003", -7000),
        record(5, OLD, "ada #00000004", -6000),
    )
    found = json.loads(slipway("history", "dev", "--json").stdout)
    assert [(each["tag"], each["result"]) for each in found] == [
        (OLD, "succeeded"),
        (NEXT, "succeeded"),
        (NEW, "rolled back"),
        (OLD, "succeeded"),
    ]


def test_a_release_that_is_under_way_is_neither_a_success_nor_a_failure(world: World, slipway: Slipway) -> None:
    under_way(world, (UPDATING, []))
    with_history(world, record(1, OLD, "ada #00000001", -60), record(2, NEW, "ada #00000002", 1))
    found = json.loads(slipway("history", "dev", "--json").stdout)
    assert [each["result"] for each in found] == ["in progress", "succeeded"]


def test_a_rollback_by_ecs_alone_is_not_told_as_a_success(world: World, slipway: Slipway) -> None:
    with_history(world, record(1, OLD, "ada #00000001", -60), record(2, NEW, "ada #00000002", 1))
    world.before.insert(0, rolled_back(NEW))
    found = json.loads(slipway("history", "dev", "--json").stdout)
    assert [each["result"] for each in found] == ["rolled back", "succeeded"]


@pytest.mark.parametrize(("stopped", "result"), [(5, "superseded"), (3, "failed")])
def test_a_release_that_another_one_replaced_is_told_apart_from_one_that_was_stopped(
    stopped: int, result: str, world: World, slipway: Slipway
) -> None:
    with_history(world, record(1, NEW, "ada #00000001", 1), record(2, NEXT, "ada #00000002", 4))
    world.before[:0] = [
        deployment(NEXT, "SUCCESSFUL", onto=NEW, minute=4, finishedAt=minutes(8)),
        deployment(NEW, "STOPPED", stoppedAt=minutes(stopped)),
    ]
    found = json.loads(slipway("history", "dev", "--json").stdout)
    assert [each["result"] for each in found] == ["succeeded", result]


def test_without_a_record_history_says_so(slipway: Slipway, world: World) -> None:
    with_history(world)
    ended = slipway("history", "dev")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, "", "dev has no release on record.\n")
    assert json.loads(slipway("history", "dev", "--json").stdout) == []


def test_history_shows_as_many_as_wanted(world: World, slipway: Slipway) -> None:
    with_history(world, *[record(each, f"sha-000000{each}", f"ada #0000000{each}", each - 500) for each in range(1, 6)])
    assert len(slipway("history", "dev", "--limit", "2").stdout.splitlines()) == 2
