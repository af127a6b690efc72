"""One look at a rollout: everything that can be seen of it at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from operations.aws import Aws, explained
from operations.deployment.record import Rollout
from operations.deployment.sources import LATEST, source_of
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.cloudwatch import Alarm, CloudWatch
from operations.gateways.ecs import Ecs, Service, Task
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing, Target
from operations.rollout.deployed import Deployed, gone
from operations.rollout.judge import PATIENCE, Observation

_Told = TypeVar("_Told")

DELETED = "DELETED"
"""The state of a stack that is no longer there."""

UPDATING = "UPDATE_IN_PROGRESS"
"""The state of a stack whose update is under way."""


@dataclass(frozen=True)
class SeenTask:
    """A task and the health of its target.

    Attributes:
        status: of the task, such as `RUNNING`.
        health: of its target, such as `healthy`, and of its container check where it has no target; empty if neither
            says anything.
        why: a target is not healthy, such as `Target.ResponseCodeMismatch`; otherwise empty.
        digest: of the image; empty where it is not known.
    """

    id: str
    task_definition: str
    status: str
    health: str
    why: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Look:
    """What was seen at one moment.

    Attributes:
        rollouts: the newest first.
        stack: its state, `DELETED` if it is gone.
        tasks: that are to run.
        alarms: that roll a rollout back.
        updated_at: when the last operation of the stack began; None if it was never updated.
        untold: what AWS did not tell, of `tasks`, `targets` and `alarms`: no verdict depends on these.
    """

    rollouts: tuple[Rollout, ...]
    stack: str
    service: Service
    tasks: tuple[SeenTask, ...]
    alarms: tuple[Alarm, ...]
    updated_at: datetime | None = None
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Subject:
    """Which rollout is meant.

    Attributes:
        id: of the rollout; empty as long as it has not begun.
        tag: of the image that it brings; empty if it may be any.
        known: the rollouts from before, among which it is not.
        with_stack: whether an update of the stack started it, whose end is then awaited, too.
        before: the stack as it was told of before that update; None where the update was seen already.
        since: when that update began; None as long as that is not known.
        optional: whether that update may end without a rollout, because it changes something else.
    """

    id: str = ""
    tag: str = ""
    known: frozenset[str] = frozenset()
    with_stack: bool = False
    before: Stack | None = None
    since: datetime | None = None
    optional: bool = False

    def is_outdated(self, look: Look, looks: int) -> bool:
        """Whether the stack is still told of as it was before its update: DescribeStacks is eventually consistent.

        Args:
            looks: that there were before this one; they decide where CloudFormation does not date its operations.
        """
        before = self.before
        if before is None or (look.stack, look.updated_at) != (before.status, before.updated_at):
            return False
        return look.updated_at is not None or looks < PATIENCE

    def at(self, look: Look) -> "Subject":
        """The same, knowing since when the stack is updated, which that look shows."""
        return self if self.before is None or self.since else replace(self, since=look.updated_at)

    def among(self, rollouts: Iterable[Rollout]) -> Rollout | None:
        """The rollout, if it is one of these."""
        if self.id:
            return next((each for each in rollouts if each.id == self.id), None)
        begun = self.since.replace(microsecond=0) if self.since else None  # not everybody tells the fraction
        new = [
            each
            for each in rollouts
            if each.id not in self.known
            and self.tag in {"", each.target.tag}
            and (begun is None or each.created_at >= begun)
        ]
        return min(new, key=_created_at, default=None)


class Watcher:
    """Looks at the service of an environment; the calls of one look are made at the same time."""

    def __init__(self, deployed: Deployed) -> None:
        aws = deployed.aws
        self._deployed, self._aws = deployed, aws
        self._cloudformation, self._ecs = CloudFormation(aws), Ecs(aws)
        self._cloudwatch, self._load_balancing = CloudWatch(aws), ElasticLoadBalancing(aws)
        self.source = source_of(aws, deployed.cluster, deployed.service)
        self._service: Service | None = None

    @property
    def environment(self) -> str:
        """Its name."""
        return self._deployed.environment.name

    def look(self, limit: int = LATEST) -> Look:
        """What is to be seen now.

        Args:
            limit: of rollouts.

        Raises:
            OperationError: the service is gone, or AWS cannot be asked.
        """
        cluster, name = self._deployed.cluster, self._deployed.service
        with explained(self._aws), ThreadPoolExecutor() as pool:
            if self._service is None:  # its target groups and alarms are what the others are asked for
                self._service = self._ecs.service(cluster, name)
            known = self._service
            if known is None or known.status == "INACTIVE":
                raise gone(self._deployed)
            service = pool.submit(self._ecs.service, cluster, name)
            rollouts = pool.submit(self.source.rollouts, limit)
            tasks = pool.submit(self._ecs.tasks, cluster, name)
            stack = pool.submit(self._cloudformation.stack, self._deployed.stack.name)
            targets = [pool.submit(self._load_balancing.targets, arn) for arn in known.target_groups]
            alarms = pool.submit(self._cloudwatch.alarms, known.alarms)
            now, found, extras = service.result(), stack.result(), Extras(self._aws)
            self._service = now
            if now is None:
                raise gone(self._deployed)
            return Look(
                rollouts=rollouts.result(),
                stack=found.status if found else DELETED,
                service=now,
                tasks=seen_tasks(
                    extras.told("tasks", tasks), [target for each in targets for target in extras.told("targets", each)]
                ),
                alarms=tuple(extras.told("alarms", alarms)),
                updated_at=found.updated_at if found else None,
                untold=frozenset(extras.untold),
            )

    def roll_back(self, rollout: Rollout) -> None:
        """Stop that rollout and put back what ran before it; ECS goes on by itself.

        Raises:
            OperationError: it is over, or AWS refuses.
        """
        with explained(self._aws):
            self.source.roll_back(rollout)


@dataclass
class Extras:
    """Answers that a look can do without, such as those that a role may not have; what they lack is noted."""

    aws: Aws
    untold: set[str] = field(default_factory=set)

    def told(self, what: str, answer: Future[list[_Told]]) -> list[_Told]:
        """The answer; empty if there is none."""
        try:
            with explained(self.aws):
                return answer.result()
        except OperationError:
            self.untold.add(what)
            return []


def seen_tasks(tasks: Sequence[Task], targets: Sequence[Target]) -> tuple[SeenTask, ...]:
    """The tasks, each with the health of the target that has its address."""
    by_address: Mapping[str, Target] = {target.address: target for target in targets}
    return tuple(
        SeenTask(
            id=task.id,
            task_definition=task.task_definition,
            status=task.last_status,
            health=target.state if target else task.health_status.lower().replace("unknown", ""),
            why=target.reason if target else "",
            digest=task.image_digest,
        )
        for task in tasks
        for target in [by_address.get(task.private_address or "")]
    )


def observe(look: Look, subject: Subject, last: Rollout | None, *, late: bool, looks: int) -> Observation:
    """What the look says of that rollout.

    Args:
        last: the rollout as it was seen last, for the time at which it began; None if it never was.
        late: whether its time is over.
        looks: that there were before this one.
    """
    outdated = subject.is_outdated(look, looks)
    stack = UPDATING if outdated else look.stack
    # As long as it is not known when the update began, an older rollout of the same tag could be taken for it.
    current = None if outdated and not subject.id else subject.among(look.rollouts)
    own = current or last
    later = [each for each in look.rollouts if own and each.created_at > own.created_at]
    newer = [each for each in later if own and not each.restores(own)]
    restored = [each for each in later if own and each.restores(own)]
    return Observation(
        rollout=current,
        newer=min(newer, key=_created_at, default=None),
        restored=max(restored, key=_created_at, default=None),
        stack=stack if subject.with_stack else None,
        late=late,
        optional=subject.optional,
    )


def _created_at(rollout: Rollout) -> datetime:
    return rollout.created_at
