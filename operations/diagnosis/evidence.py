"""What is known of a rollout before anything is concluded from it: plain data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from operations.deployment.record import Rollout
from operations.gateways.cloudwatch import Alarm
from operations.gateways.ecs_tasks import ServiceEvent, ServiceSettings, StoppedTask, TaskSettings
from operations.gateways.elastic_load_balancing import Target, TargetGroup
from operations.gateways.logs import LogLine
from operations.secret_reference import SecretReference

STARTING_FAILED = "TaskFailedToStart"
EXITED = "EssentialContainerExited"
TAKEN_BACK = ("SpotInterruption", "TerminationNotice")
HEALTH = re.compile(r"failed (ELB|container) health checks", re.IGNORECASE)
"""In the reason of a task that the scheduler stopped because it is unhealthy; what it stops for another reason, such as
scaling in or the end of a rollout, has not failed."""


@dataclass(frozen=True)
class Evidence:
    """What AWS told of a service and one of its rollouts.

    Attributes:
        stack: the name of the service's stack.
        rollout: None if there never was one.
        task: what the rollout was to run; None if it cannot be told.
        stopped: the rollout's stopped tasks, the newest first.
        logs: last lines of the container of some of these tasks, by task id.
        unseen: what could not be asked, and why.
    """

    environment: str
    stack: str
    service: ServiceSettings
    rollout: Rollout | None
    task: TaskSettings | None
    stopped: tuple[StoppedTask, ...] = ()
    logs: Mapping[str, tuple[LogLine, ...]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[StoppedTask, ...]:
        """Those of the stopped tasks that nobody wanted to stop, the newest first."""
        return tuple(each for each in self.stopped if has_failed(each))

    @property
    def events(self) -> tuple[ServiceEvent, ...]:
        """The service's events since the rollout began, the newest first."""
        began = self.rollout.created_at if self.rollout else None
        return tuple(each for each in self.service.events if began is None or each.at >= began)

    @property
    def image(self) -> str:
        """As the task definition names it."""
        return self.task.main.image if self.task else "of the service"

    @property
    def container(self) -> str:
        """The name of the one that the task is about."""
        return self.task.main.name if self.task else "of the service"

    @property
    def secrets(self) -> list[SecretReference]:
        """What the tasks are given."""
        containers = self.task.containers if self.task else ()
        return [SecretReference.of(name, value) for each in containers for name, value in each.secrets.items()]

    @property
    def execution_role(self) -> str:
        """Its name, not its ARN."""
        return self.task.execution_role.rpartition("/")[2] if self.task else "of the tasks"

    @property
    def port(self) -> int:
        """That the load balancer sends to."""
        return next((each.port for each in self.service.bindings), 0)

    @property
    def reason(self) -> str:
        """What ECS itself says of the rollout, a clause without a full stop; empty if it says nothing."""
        if self.rollout is None:
            return ""
        rollback = self.rollout.rollback.reason if self.rollout.rollback else ""
        return (rollback or self.rollout.reason).rstrip(".")


def has_failed(task: StoppedTask) -> bool:
    """Whether the task stopped although nobody wanted it to."""
    return task.stop_code in {STARTING_FAILED, EXITED, *TAKEN_BACK} or HEALTH.search(task.reason) is not None
