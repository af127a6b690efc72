"""Waiting for the rollout of an ECS service, in the place where CloudFormation waits."""

import time
from collections import Counter
from typing import Any

from sandbox.emulator.cloudformation.handlers import ProvisioningError, failure
from sandbox.emulator.ecs.task_health import FAILED
from sandbox.emulator.environment import stability_timeout
from sandbox.emulator.internals import internal
from sandbox.emulator.loopback import client

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 15.0
_STOPPED_BY_THEMSELVES = ("TaskFailedToStart", "EssentialContainerExited")

# Only the first is CloudFormation's own; no public source has what it says when an alarm fired.
_OPERATIONS = {
    "circuit breaker": "ECS Deployment Circuit Breaker was triggered",
    "alarm detected": "ECS Deployment Alarm was triggered",
}

_Description = dict[str, Any]


def wait_for_rollout(stack_name: str, service: _Description, known_deployments: frozenset[str]) -> None:
    """Return when the rollout that `service` answered with is complete and its tasks run.

    Args:
        stack_name: The stack being deployed; its cancellation ends the wait.
        service: What CreateService or UpdateService answered.
        known_deployments: The deployments from before. A change that starts none, such as another number of tasks,
            waits for the primary one to have its tasks.

    Raises:
        ProvisioningError: The circuit breaker was triggered, the service vanished, the update was cancelled or the
            time is over; says what ECS and the stopped tasks give as their reasons.
    """
    started = [d for d in service["deployments"] if d["id"] not in known_deployments]
    awaited = (started or [d for d in service["deployments"] if d["status"] == "PRIMARY"])[0]["id"]
    timeout = stability_timeout()
    deadline = time.monotonic() + timeout
    while not _is_stable(service, awaited):
        if _is_cancelled(stack_name):
            raise ProvisioningError("Resource update cancelled")
        if time.monotonic() > deadline:
            raise failure(f"Not stable after {timeout:g} s. {_reasons(service, awaited)}", "NotStabilized")
        time.sleep(_POLL_SECONDS)
        service = _described(service)


def _is_stable(service: _Description, awaited: str) -> bool:
    deployment = next((d for d in service["deployments"] if d["id"] == awaited), None)
    if service["status"] != "ACTIVE":
        raise failure(f"The service was deleted while its deployment {awaited} was under way.", "NotStabilized")
    if deployment is None or deployment["status"] != "PRIMARY" or deployment["rolloutState"] == "FAILED":
        reason = (deployment or {}).get("rolloutStateReason", "")
        tripped = "circuit breaker" in reason
        operation = next((told for words, told in _OPERATIONS.items() if words in reason), "ECS Deployment was stopped")
        reasons = _reasons(service, awaited, patience=_PATIENCE_SECONDS if tripped else 0)
        raise failure(f"Error occurred during operation '{operation}'. {reasons}")
    if deployment["rolloutState"] != "COMPLETED":
        return False
    running: int = service["runningCount"]
    return running == service["desiredCount"] and not service["pendingCount"]


def _reasons(service: _Description, awaited: str, patience: float = 0.0) -> str:
    """Return what the deployment, its stopped tasks and the service's events say, on one line.

    The breaker can be faster than the task that triggers it: up to `patience` seconds are given to the first to stop.
    """
    service = _described(service)
    deployment: _Description = next((d for d in service["deployments"] if d["id"] == awaited), {})
    parts = [deployment.get("rolloutStateReason", "")]
    stopped = Counter(_stopped_tasks(service, deployment.get("taskDefinition", ""), patience))
    if stopped:
        parts.append("Stopped tasks: " + "; ".join(f"{n} x {reason}" for reason, n in stopped.most_common()) + ".")
    if service["events"]:
        parts.append("Events: " + " ".join(event["message"] for event in service["events"][:3]))
    return " ".join(" ".join(parts).split())


def _stopped_tasks(service: _Description, task_definition: str, patience: float) -> list[str]:
    deadline = time.monotonic() + patience
    while True:
        tasks = [
            task
            for status in ("STOPPED", "RUNNING")
            for task in _tasks(service, status)
            if task["taskDefinitionArn"] == task_definition
        ]
        stopped = [_stopped_reason(task) for task in tasks if _has_failed(task)]
        if stopped or time.monotonic() > deadline:  # a task on its way from one list to the other is in neither
            return stopped
        time.sleep(_POLL_SECONDS)


def _has_failed(task: _Description) -> bool:
    return task.get("stopCode") in _STOPPED_BY_THEMSELVES or task.get("stoppedReason", "").startswith(FAILED)


def _tasks(service: _Description, desired_status: str) -> list[_Description]:
    ecs, cluster = client("ecs"), service["clusterArn"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=service["serviceName"], desiredStatus=desired_status)["taskArns"]
    tasks: list[_Description] = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return tasks


def _stopped_reason(task: _Description) -> str:
    if task.get("stopCode") not in _STOPPED_BY_THEMSELVES:  # its exit code only says how it took the signal
        return str(task.get("stoppedReason", ""))
    exits = [f"{c['name']} exited with {c['exitCode']}" for c in task["containers"] if c.get("exitCode") is not None]
    return str(task.get("stoppedReason", "")) + (f" ({', '.join(exits)})" if exits else "")


def _described(service: _Description) -> _Description:
    services: list[_Description] = client("ecs").describe_services(
        cluster=service["clusterArn"], services=[service["serviceArn"]]
    )["services"]
    return services[0] if services else {**service, "status": "MISSING", "deployments": [], "events": []}


def _is_cancelled(stack_name: str) -> bool:
    # MiniStack looks for a cancellation between two resources; this wait is inside of one. As there, looking takes it
    # away: the rollback that follows waits too.
    stack = internal("services.cloudformation", "_stacks").get(stack_name) or {}
    return bool(stack.pop("_cancel_requested", False))
