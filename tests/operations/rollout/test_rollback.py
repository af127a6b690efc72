"""`slipway rollback` and `history`: which release they mean, and what they do with it."""

import json
from typing import Any

import pytest

from tests.operations.conftest import Slipway
from tests.operations.world import (
    NEW,
    NEXT,
    OLD,
    UPDATING,
    World,
    deployment,
    minutes,
    rolled_back,
    told,
    under_way,
)

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
