"""One rollout of a service as plain data, whoever told of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Of a service deployment; the names are those of the ECS API (API_ServiceDeployment)."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCESSFUL = "SUCCESSFUL"
    STOP_REQUESTED = "STOP_REQUESTED"
    STOPPED = "STOPPED"
    ROLLBACK_REQUESTED = "ROLLBACK_REQUESTED"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_SUCCESSFUL = "ROLLBACK_SUCCESSFUL"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"

    @property
    def over(self) -> bool:
        """Whether nothing follows it."""
        return self in {State.SUCCESSFUL, State.STOPPED, State.ROLLBACK_SUCCESSFUL, State.ROLLBACK_FAILED}

    @property
    def failing(self) -> bool:
        """Whether ECS has given the rollout up: success cannot follow."""
        return self not in {State.PENDING, State.IN_PROGRESS, State.SUCCESSFUL}


@dataclass(frozen=True)
class Revision:
    """What a rollout brings or replaces.

    Attributes:
        task_definition: its ARN.
        tag: of the service's image; empty if the image is named by its digest.
        digest: of the image, such as `sha256:...`; empty where it is not known.
    """

    task_definition: str
    tag: str
    digest: str = ""


@dataclass(frozen=True)
class Rollback:
    """That ECS put the earlier revision back, or is about to.

    Attributes:
        reason: in ECS's words.
        to: the revision; None if it is not known.
    """

    reason: str
    started_at: datetime | None
    to: Revision | None


@dataclass(frozen=True)
class Pause:
    """A point of the rollout at which ECS waits for a human.

    Attributes:
        hook: the id that ContinueServiceDeployment takes.
        expires_at: when ECS decides by itself; None if it does not say.
    """

    hook: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Rollout:
    """One service deployment.

    All times are AWS's own, so that they can be compared with one another whatever the clock of this machine says.

    Attributes:
        id: the ARN of the service deployment; in the sandbox, the id of the deployment.
        reason: why it is in that state, in ECS's words; empty if there is nothing to say.
        sources: what ran before it; more than one if it began in the middle of another.
        failures: tasks that the circuit breaker has counted.
        threshold: of the circuit breaker; None where it is off.
        alarms: that fired during it.
        stage: of its life cycle, such as `BAKE_TIME`; empty where ECS does not tell.
        pauses: at which a human has to decide now.
        requested: tasks that it is to have; likewise those that run and those that are pending.
        previous_running: tasks of what ran before that still run.
    """

    id: str
    state: State
    target: Revision
    created_at: datetime
    reason: str = ""
    sources: tuple[Revision, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    failures: int = 0
    threshold: int | None = None
    alarms: tuple[str, ...] = ()
    rollback: Rollback | None = None
    stage: str = ""
    pauses: tuple[Pause, ...] = ()
    requested: int = 0
    running: int = 0
    pending: int = 0
    previous_running: int = 0

    def restores(self, other: "Rollout") -> bool:
        """Whether it brings back what the other one replaced, as CloudFormation does when an update has failed."""
        mine, theirs = self.target.task_definition, other.target.task_definition
        # One that brings what runs already, as a forced redeployment does, has nothing that could be brought back.
        return mine != theirs and mine in {source.task_definition for source in other.sources}

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        back = self.rollback
        return {
            "id": self.id,
            "state": self.state.value,
            "reason": self.reason,
            "tag": self.target.tag,
            "digest": self.target.digest,
            "task_definition": self.target.task_definition,
            "replaces": [source.tag or source.task_definition for source in self.sources],
            "created_at": _text(self.created_at),
            "started_at": _text(self.started_at),
            "finished_at": _text(self.finished_at),
            "failures": self.failures,
            "threshold": self.threshold,
            "alarms": list(self.alarms),
            "rollback": {
                "reason": back.reason,
                "started_at": _text(back.started_at),
                "to": back.to.tag if back.to else None,
            }
            if back
            else None,
            "stage": self.stage,
            "pauses": [{"hook": each.hook, "expires_at": _text(each.expires_at)} for each in self.pauses],
        }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
