"""The bounds between which a service's number of tasks is kept, and changing them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from configuration import Configuration, Environment, stack_names
from operations.aws import explained
from operations.errors import ExitCode, OperationError
from operations.gateways.application_auto_scaling import ApplicationAutoScaling, Bounds, ScheduledChange
from operations.gateways.ecs import Ecs, Service
from operations.rollout.deployed import Deployed, gone, locate


@dataclass(frozen=True)
class Change:
    """Other bounds for a service, and what they mean for it now.

    Attributes:
        before: the bounds that hold.
        after: those that are to hold.
        configured: those of slipway.toml.
        desired: tasks that the service is to have; likewise those that run.
        rolling_out: whether a rollout is under way.
        schedule: what changes the bounds by the clock.
    """

    deployed: Deployed
    before: Bounds
    after: Bounds
    configured: Bounds
    desired: int
    running: int
    rolling_out: bool
    schedule: Sequence[ScheduledChange]

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after

    @property
    def starting(self) -> int:
        """Tasks that start because there have to be more; if negative, those that stop because there may be fewer."""
        return min(max(self.desired, self.after.min), self.after.max) - self.desired

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "environment": self.deployed.environment.name,
            "cluster": self.deployed.cluster,
            "service": self.deployed.service,
            "changed": self.changes,
            "before": _plain(self.before),
            "after": _plain(self.after),
            "configured": _plain(self.configured),
            "tasks": {"desired": self.desired, "running": self.running, "starting": self.starting},
        }


def propose(configuration: Configuration, environment: Environment, bounds: Bounds) -> Change:
    """What these bounds would change.

    Raises:
        OperationError: the number of tasks is fixed, nothing is deployed there, or AWS cannot be asked.
    """
    tasks = environment.tasks
    if tasks.count is not None:
        raise OperationError(
            f"{environment.name} has no bounds to change: environments.{environment.name}.tasks.count in slipway.toml "
            f"fixes the number of tasks at {tasks.count}",
            fix=f"Change it there, or give min and max in its place, and run npx cdk deploy {_stack(environment)}.",
            exit_code=ExitCode.BAD_INPUT,
        )
    deployed = locate(configuration, environment)
    service, before, schedule = _ask(deployed)
    if before is None:
        raise OperationError(
            f"{deployed.service} has no bounds to change: nothing scales what is deployed, although slipway.toml says "
            "that something should",
            fix=f"Run npx cdk deploy {deployed.stack.name}.",
        )
    return Change(
        deployed=deployed,
        before=before,
        after=bounds,
        configured=Bounds(tasks.min, tasks.max),
        desired=service.desired,
        running=service.running,
        rolling_out=service.primary is not None and service.primary.rollout_state == "IN_PROGRESS",
        schedule=schedule,
    )


def carry_out(change: Change) -> None:
    """Let the new bounds hold.

    Raises:
        OperationError: AWS refuses.
    """
    deployed = change.deployed
    with explained(deployed.aws):
        ApplicationAutoScaling(deployed.aws).keep(deployed.cluster, deployed.service, change.after)


def _ask(deployed: Deployed) -> tuple[Service, Bounds | None, list[ScheduledChange]]:
    ecs, scaling = Ecs(deployed.aws), ApplicationAutoScaling(deployed.aws)
    where = deployed.cluster, deployed.service
    with explained(deployed.aws), ThreadPoolExecutor() as pool:
        found = pool.submit(ecs.service, *where)
        bounds = pool.submit(scaling.bounds, *where)
        schedule = pool.submit(scaling.schedule, *where)
        service = found.result()
        if service is None or service.primary is None:
            raise gone(deployed)
        return service, bounds.result(), schedule.result()


def _stack(environment: Environment) -> str:
    return stack_names.service(environment.name)


def _plain(bounds: Bounds) -> dict[str, int]:
    return {"min": bounds.min, "max": bounds.max}
