"""What a diagnosis says."""

import re
from collections import Counter
from dataclasses import dataclass

from operations.diagnosis.causes import Cause
from operations.diagnosis.evidence import Evidence
from operations.diagnosis.judging import judge
from operations.gateways.ecs_tasks import StoppedTask

# What differs from task to task in a reason that is the same: ids, addresses, numbers of attempts.
_PASSING = re.compile(
    r"\b[0-9a-f]{32}\b|request id: \S+|RequestID: [\w-]+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?", re.IGNORECASE
)


@dataclass(frozen=True)
class StoppedGroup:
    """Stopped tasks that have the same reason.

    Attributes:
        exit_codes: container to exit code, of those that ran.
        container_reasons: what ECS says of the containers.
    """

    count: int
    stop_code: str
    reason: str
    exit_codes: dict[str, int]
    container_reasons: tuple[str, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong, what to do, and what that is concluded from.

    Attributes:
        headline: what is wrong; a clause without a full stop.
        fix: what to type or to change; one sentence. Empty if there is nothing to do.
    """

    cause: Cause
    headline: str
    fix: str
    evidence: Evidence

    @property
    def first_line(self) -> str:
        """The cause in words and the fix."""
        said = f"{self.headline[:1].upper()}{self.headline[1:].rstrip('.')}."
        return f"{said} {self.fix}" if self.fix else said

    @property
    def stopped(self) -> list[StoppedGroup]:
        """The rollout's stopped tasks by their reason, the most frequent first."""
        counted = Counter(_signature(task) for task in self.evidence.stopped)
        first = {_signature(task): task for task in reversed(self.evidence.stopped)}
        return [_group(first[signature], count) for signature, count in counted.most_common()]

    @property
    def log(self) -> tuple[str, list[str]]:
        """The newest failed task that has written something, and its last lines; empty if none has."""
        for task in self.evidence.failed:
            if lines := self.evidence.logs.get(task.id):
                return task.id, [line.text for line in lines]
        return "", []

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        evidence, rollout = self.evidence, self.evidence.rollout
        task, lines = self.log
        return {
            "environment": evidence.environment,
            "cause": self.cause.value,
            "headline": self.headline,
            "fix": self.fix,
            "rollout": {
                "id": rollout.id,
                "state": rollout.state.value,
                "reason": rollout.reason,
                "image_tag": rollout.target.tag,
                "failures": rollout.failures,
                "threshold": rollout.threshold,
            }
            if rollout
            else None,
            "stopped_tasks": [
                {
                    "count": each.count,
                    "stop_code": each.stop_code,
                    "reason": each.reason,
                    "exit_codes": each.exit_codes,
                    "container_reasons": list(each.container_reasons),
                }
                for each in self.stopped
            ],
            "log": {"task": task, "lines": lines},
            "targets": [
                {"address": each.address, "state": each.state, "reason": each.reason, "description": each.description}
                for each in evidence.targets
            ],
            "alarms": [{"name": each.name, "state": each.state, "reason": each.reason} for each in evidence.alarms],
            "events": [{"at": each.at.isoformat(), "text": each.text} for each in evidence.events],
            "unseen": list(evidence.unseen),
        }


def conclude(evidence: Evidence) -> Diagnosis:
    """The diagnosis that follows from that evidence."""
    finding = judge(evidence)
    return Diagnosis(finding.cause, finding.advice.says, finding.advice.fix, evidence)


def _signature(task: StoppedTask) -> tuple[object, ...]:
    codes = tuple((each.name, each.exit_code, _PASSING.sub("", each.reason)) for each in task.containers)
    return task.stop_code, _PASSING.sub("", task.reason), codes


def _group(task: StoppedTask, count: int) -> StoppedGroup:
    return StoppedGroup(
        count,
        task.stop_code,
        task.reason,
        {each.name: each.exit_code for each in task.containers if each.exit_code is not None},
        tuple(each.reason for each in task.containers if each.reason),
    )
