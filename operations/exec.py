"""Running a command in a task that runs."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from configuration import Configuration, Environment, stack_names
from operations import container_engine, session_manager
from operations.aws import explained
from operations.errors import ExitCode, OperationError
from operations.gateways.ecs import SERVICE_CONTAINER
from operations.gateways.ecs_exec import AGENT, AGENT_RUNNING, EcsExec, NotConnectedError, RunningContainer, RunningTask
from operations.rollout.deployed import Deployed, gone, locate


@dataclass(frozen=True)
class Order:
    """What to run where.

    Attributes:
        command: and its arguments.
        task: what the task's id begins with; empty for the newest one.
        container: of the task; empty for the one that answers requests.
    """

    command: Sequence[str]
    task: str = ""
    container: str = ""


def in_aws(configuration: Configuration, environment: Environment, order: Order) -> int:
    """Run it by way of ECS Exec, and return the exit code of the session: ECS does not tell the command's own.

    Raises:
        OperationError: ECS Exec is off, something that it needs is missing, there is no such task, or AWS cannot be
            asked.
    """
    _require_exec(environment)
    plugin = session_manager.find()
    deployed = locate(configuration, environment)
    with explained(deployed.aws):
        ecs = EcsExec(deployed.aws)
        _require_enabled(deployed, enabled=ecs.enabled(deployed.cluster, deployed.service))
        task = _choose(deployed, ecs.running(deployed.cluster, deployed.service), order.task)
        container = _container(task, order.container)
        _require_agent(deployed, task, container)
        try:
            session = ecs.open(deployed.cluster, task, container, shlex.join(order.command))
        except NotConnectedError as error:
            raise OperationError(
                f"ECS does not reach the agent in the task {task.id}: {error}",
                fix="See that its role may use ssmmessages, and that its subnets have a route to it: a NAT gateway, or "
                "an endpoint for ssmmessages where nat is 'endpoints'.",
            ) from error
    # Both variables as boto3 takes them.
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
    return plugin.join(session, region=environment.region, profile=profile, endpoint=ecs.endpoint)


def in_sandbox(configuration: Configuration, environment: Environment, order: Order) -> int:
    """Run it by way of the container engine, because the emulator has no ECS Exec, and return its exit code.

    Raises:
        OperationError: there is no such task, its container is nowhere, or the sandbox does not answer.
    """
    deployed = locate(configuration, environment)
    with explained(deployed.aws):
        task = _choose(deployed, EcsExec(deployed.aws).running(deployed.cluster, deployed.service), order.task)
    container = _container(task, order.container)
    return container_engine.find(task.arn, container.name).run(order.command)


def _require_exec(environment: Environment) -> None:
    if not environment.task.exec:
        raise OperationError(
            f"ECS Exec is off in {environment.name}: slipway.toml does not ask for it",
            fix=f"Set exec = true in [environments.{environment.name}.task] and run npx cdk deploy "
            f"{stack_names.service(environment.name)}, which replaces the tasks.",
            exit_code=ExitCode.BAD_INPUT,
        )


def _require_enabled(deployed: Deployed, *, enabled: bool | None) -> None:
    if enabled is None:
        raise gone(deployed)
    if not enabled:
        raise OperationError(
            f"ECS Exec is off in the service {deployed.service}, although slipway.toml asks for it",
            fix=f"Run npx cdk deploy {deployed.stack.name}, which replaces the tasks.",
        )


def _choose(deployed: Deployed, tasks: Sequence[RunningTask], wanted: str) -> RunningTask:
    """The newest task, or the only one whose id begins as wanted."""
    if not tasks:
        raise OperationError(
            f"no task of {deployed.service} runs",
            fix=f"Run slipway status {deployed.environment.name} to see what is the matter.",
        )
    found = [task for task in tasks if task.id.startswith(wanted)]
    if len(found) == 1 or (found and not wanted):
        return found[0]
    listed = ", ".join(task.id for task in found or tasks)
    raise OperationError(
        f"--task: {len(found)} running tasks have an id that begins with {wanted}"
        if found
        else f"--task: no running task has an id that begins with {wanted}",
        fix=f"Name one of {listed}.",
        exit_code=ExitCode.BAD_INPUT,
    )


def _container(task: RunningTask, wanted: str) -> RunningContainer:
    chosen = wanted or SERVICE_CONTAINER
    if chosen in task.containers:
        return task.containers[chosen]
    if not wanted and task.containers:
        return next(iter(task.containers.values()))
    raise OperationError(
        f"--container: the task {task.id} has no container {chosen}",
        fix=f"Name one of {', '.join(task.containers)}.",
        exit_code=ExitCode.BAD_INPUT,
    )


def _require_agent(deployed: Deployed, task: RunningTask, container: RunningContainer) -> None:
    if not task.enabled:
        raise OperationError(
            f"the task {task.id} was started before ECS Exec was on",
            fix=f"Leave out --task for the newest, or replace the tasks: aws ecs update-service --cluster "
            f"{deployed.cluster} --service {deployed.service} --force-new-deployment.",
        )
    if container.agent != AGENT_RUNNING:
        why = f": {container.agent_reason}" if container.agent_reason else ""
        raise OperationError(
            f"the {AGENT} of the container {container.name} in the task {task.id} is "
            f"{container.agent or 'not there'}{why}",
            fix="Wait a little if the task is new, or name another one by --task.",
        )
