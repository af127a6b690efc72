"""Where each second of a release went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from operations.deployment.record import Rollout
from operations.gateways.cloudformation import StackEvent
from operations.gateways.ecs import Task

STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Phase:
    """A part of a release.

    Attributes:
        name: what was done, or waited for.
        detail: of which task the times are; empty where it is not about one.
    """

    name: str
    started_at: datetime
    seconds: float
    detail: str = ""


@dataclass(frozen=True)
class Timeline:
    """The parts of a release, one after the other: their seconds add up to the whole."""

    phases: tuple[Phase, ...]

    @property
    def seconds(self) -> float:
        """Of the whole release."""
        return sum(phase.seconds for phase in self.phases)

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "seconds": round(self.seconds, 3),
            "phases": [
                {
                    "name": phase.name,
                    "started_at": phase.started_at.isoformat(),
                    "seconds": round(phase.seconds, 3),
                    "detail": phase.detail,
                }
                for phase in self.phases
            ],
        }


def timeline(rollout: Rollout, events: Sequence[StackEvent], tasks: Sequence[Task]) -> Timeline:
    """The phases between what AWS gives the time of; by AWS's clocks only.

    The times of one task stand for those of all: of the one that ran last, because the others waited for it.

    Args:
        events: of the stack's last operation, the oldest first; empty if the stack was not changed.
        tasks: of the service, running and stopped.
    """
    stack = [event for event in events if event.type == STACK]
    marks: list[_Mark] = []
    if stack:
        marks.append(_Mark(stack[0].at, "CloudFormation prepares"))
    marks.append(_Mark(rollout.started_at or rollout.created_at, "ECS finds a place"))
    new = [task for task in tasks if task.task_definition == rollout.target.task_definition]
    failing = rollout.rollback.started_at if rollout.rollback else None
    if rollout.state.failing:
        marks += _of_attempts(new, failing)
    else:
        marks += _of_last(new) + _of_draining(rollout, tasks)
    if rollout.finished_at:
        marks.append(_Mark(rollout.finished_at, "CloudFormation finishes" if stack else ""))
    settled = [event for event in stack if event.status.endswith(("_COMPLETE", "_FAILED"))]
    if settled:
        marks.append(_Mark(settled[-1].at, ""))
    return Timeline(_phases(marks))


@dataclass(frozen=True)
class _Mark:
    """A moment, and what goes on from then on."""

    at: datetime
    name: str
    detail: str = ""


def _of_last(new: Iterable[Task]) -> list[_Mark]:
    """The life of the task that ran last, until it ran."""
    started = [(task.started_at, task) for task in new if task.started_at]
    if not started:
        return []
    _, task = max(started, key=lambda each: each[0])
    moments = [
        (task.created_at, "ECS finds a place"),
        (task.pull_started_at, "image is pulled"),
        (task.pull_stopped_at, "container starts"),
        (task.started_at, "health is checked"),
    ]
    return [_Mark(at, name, f"task {task.id[:8]}") for at, name in moments if at]


def _of_draining(rollout: Rollout, tasks: Iterable[Task]) -> list[_Mark]:
    """From the first old task that is drained to the last that has stopped."""
    begun = rollout.started_at or rollout.created_at
    old = [task for task in tasks if task.task_definition != rollout.target.task_definition]
    stopping = [task.stopping_at for task in old if task.stopping_at and task.stopping_at > begun]
    stopped = [task.stopped_at for task in old if task.stopping_at and task.stopping_at > begun and task.stopped_at]
    return ([_Mark(min(stopping), "old tasks drain")] if stopping else []) + (
        [_Mark(max(stopped), "ECS watches alarms and settles")] if stopped else []
    )


def _of_attempts(new: Iterable[Task], rollback: datetime | None) -> list[_Mark]:
    """Of a rollout that failed: until the first task was tried, the tries, and the rollback."""
    created = [task.created_at for task in new if task.created_at]
    marks = [_Mark(min(created), "tasks are tried")] if created else []
    return marks + ([_Mark(rollback, "ECS rolls back")] if rollback else [])


def _phases(marks: Sequence[_Mark]) -> tuple[Phase, ...]:
    """What lies between the marks; one that AWS dates before its predecessor takes no time."""
    phases: list[Phase] = []
    end = marks[0].at
    for mark, following in pairwise(marks):
        start, end = max(end, mark.at), max(end, mark.at, following.at)
        if phases and phases[-1].name == mark.name:
            start, detail = phases[-1].started_at, mark.detail or phases[-1].detail
            phases[-1] = Phase(mark.name, start, (end - start).total_seconds(), detail)
        elif end > start:
            phases.append(Phase(mark.name, start, (end - start).total_seconds(), mark.detail))
    return tuple(phases)
