"""Releases for the tests, and what is to be said of them."""

from tests.operations.conftest import Ended
from tests.operations.world import BREAKER, NEW, World, deployment, minutes, rolled_back

UPDATING = "UPDATE_IN_PROGRESS"
WRITES = {"CreateChangeSet", "ExecuteChangeSet", "StopServiceDeployment"}


def succeeding(world: World) -> None:
    world.frames = [
        (UPDATING, []),
        (UPDATING, [deployment(NEW, "PENDING")]),
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
        ("UPDATE_COMPLETE", [deployment(NEW, "SUCCESSFUL", finishedAt=minutes(3))]),
    ]


def rolling_back(world: World) -> None:
    world.frames = [
        (UPDATING, [deployment(NEW, "IN_PROGRESS")]),
        (UPDATING, [deployment(NEW, "ROLLBACK_IN_PROGRESS", statusReason=BREAKER)]),
        ("UPDATE_ROLLBACK_IN_PROGRESS", [rolled_back(NEW)]),
        ("UPDATE_ROLLBACK_COMPLETE", [rolled_back(NEW)]),
    ]


def told(text: str) -> str:
    """Without the line breaks."""
    return " ".join(text.split())


def written(world: World) -> list[str]:
    return [operation for operation in world.aws.operations() if operation in WRITES]


def assert_refused(ended: Ended, world: World, *words: str) -> None:
    assert ended.exit_code == 6
    assert ended.stdout == ""
    assert "ExecuteChangeSet" not in world.aws.operations()
    for word in words:
        assert word in ended.stderr.replace("\n", " ")
