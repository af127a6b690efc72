"""The timeline says where each second went, by AWS's own clocks, and its phases add up to the whole."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from operations.deployment.record import Rollback, Rollout, State
from operations.gateways.cloudformation import StackEvent
from operations.gateways.ecs import Task
from operations.rendering.rollout import table
from operations.rollout.timeline import STACK, Timeline, timeline
from tests.operations.rollouts import BEGUN, revision, rollout


def at(second: float) -> dt.datetime:
    return BEGUN + dt.timedelta(seconds=second)


def event(second: float, status: str, type: str = STACK) -> StackEvent:
    return StackEvent(str(second), at(second), "stack", type, status, "")


def task(number: int, *seconds: float | None) -> Task:
    """A task of that revision: created, pull started, pull stopped, started, stopping, stopped."""
    moments = [at(second) if second is not None else None for second in (*seconds, *[None] * (6 - len(seconds)))]
    created, pulling, pulled, started, stopping, stopped = moments
    return Task(
        id=f"{number:032x}",
        last_status="RUNNING",
        health_status="UNKNOWN",
        task_definition=revision(number).task_definition,
        private_address=None,
        started_at=started,
        created_at=created,
        pull_started_at=pulling,
        pull_stopped_at=pulled,
        stopping_at=stopping,
        stopped_at=stopped,
    )


EVENTS = [event(0, "UPDATE_IN_PROGRESS"), event(4, "UPDATE_COMPLETE", "AWS::ECS::TaskDefinition")]


def successful() -> Rollout:
    return rollout(State.SUCCESSFUL, started_at=at(5), finished_at=at(80))


def phases(of: Timeline) -> list[tuple[str, float]]:
    return [(phase.name, phase.seconds) for phase in of.phases]


def test_each_phase_of_a_good_release_has_its_seconds() -> None:
    tasks = [
        task(7, 6, 14, 26, 28),
        task(7, 6, 15, 29, 31),  # the slower one, for which the others waited
        task(6, -999, -990, -980, -970, 45, 65),
        task(6, -999, -990, -980, -970, 46, 66),
    ]
    told = timeline(successful(), [*EVENTS, event(83, "UPDATE_COMPLETE")], tasks)
    assert phases(told) == [
        ("CloudFormation prepares", 5),
        ("ECS finds a place", 10),
        ("image is pulled", 14),
        ("container starts", 2),
        ("health is checked", 14),
        ("old tasks drain", 21),
        ("ECS watches alarms and settles", 14),
        ("CloudFormation finishes", 3),
    ]
    assert told.seconds == 83
    assert told.phases[2].detail == "task 00000000"


def test_a_failed_release_shows_the_tries_and_the_rollback() -> None:
    failed = rollout(
        State.ROLLBACK_SUCCESSFUL,
        started_at=at(5),
        finished_at=at(70),
        rollback=Rollback("circuit breaker", at(50), revision(6)),
    )
    told = timeline(failed, [*EVENTS, event(75, "UPDATE_ROLLBACK_COMPLETE")], [task(7, 8)])
    assert phases(told) == [
        ("CloudFormation prepares", 5),
        ("ECS finds a place", 3),
        ("tasks are tried", 42),
        ("ECS rolls back", 20),
        ("CloudFormation finishes", 5),
    ]


def test_a_rollout_without_the_stack_has_only_its_own_phases() -> None:
    assert phases(timeline(successful(), [], [])) == [("ECS finds a place", 75)]


def test_a_rollout_of_no_tasks_has_a_timeline_as_well() -> None:
    assert timeline(rollout(State.SUCCESSFUL), [], []).phases == ()


@given(st.lists(st.one_of(st.none(), st.floats(-100, 200)), min_size=6, max_size=6), st.floats(0, 100))
def test_whatever_the_clocks_of_aws_say_no_phase_is_negative_and_they_add_up(
    moments: list[float | None], finished: float
) -> None:
    over = rollout(State.SUCCESSFUL, started_at=at(5), finished_at=at(finished))
    told = timeline(over, [*EVENTS, event(110, "UPDATE_COMPLETE")], [task(7, *moments), task(6, *moments)])
    assert all(phase.seconds > 0 for phase in told.phases)
    last = max([0.0, 5.0, 110.0, finished, *[moment for moment in moments if moment is not None]])
    assert 110 - 0.001 <= told.seconds <= last + 0.001
    for earlier, later in zip(told.phases, told.phases[1:], strict=False):
        assert abs((later.started_at - earlier.started_at).total_seconds() - earlier.seconds) < 0.001


def test_as_text_it_is_a_phase_a_line_and_the_sum() -> None:
    assert table(timeline(successful(), EVENTS, [])) == [
        "     5.0 s  CloudFormation prepares",
        "    75.0 s  ECS finds a place",
        "    80.0 s  in all",
    ]
