"""The services and tasks of MiniStack's ECS as the rest of the emulator looks at them: of every account and region."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.emulator.internals import internal

ECS = "services.ecs"
Service = dict[str, Any]
Task = dict[str, Any]
Deployment = dict[str, Any]

_locks: dict[str, threading.RLock] = {}
_locks_guard = threading.Lock()


def changing(service_arn: str) -> threading.RLock:
    """The lock to hold while deployments of the service are changed or tasks are started for them.

    MiniStack lets two threads that see the same task missing both start one.
    """
    with _locks_guard:
        return _locks.setdefault(service_arn, threading.RLock())


def active_services() -> list[Service]:
    """All services that are to have tasks."""
    return [each for each in internal(ECS, "_services").all_values() if each.get("status") == "ACTIVE"]


def key_of(service: Service) -> str:
    """MiniStack's key of the service: the cluster's name and its own."""
    return f"{cluster_of(service)}/{service['serviceName']}"


def cluster_of(described: dict[str, Any]) -> str:
    """The name of the cluster of a service or a task."""
    return str(described["clusterArn"]).rpartition("/")[2]


def tasks_of(service: Service) -> Iterator[Task]:
    """The tasks of the service, whatever their state."""
    group = f"service:{service['serviceName']}"
    for task in internal(ECS, "_tasks").all_values():
        if task.get("group") == group and task.get("clusterArn") == service["clusterArn"]:
            yield task


def service_of(task: Task) -> Service | None:
    """The service that the task belongs to; None for a task that was run by hand. Needs the task's scope."""
    group = str(task.get("group", ""))
    if not group.startswith("service:"):
        return None
    key = f"{cluster_of(task)}/{group.removeprefix('service:')}"
    service: Service | None = internal(ECS, "_services").get(key)
    return service


def is_active(task: Task) -> bool:
    """Whether the task is there and nobody has begun to stop it. Needs the task's scope."""
    return bool(internal(ECS, "_task_is_active")(task["taskArn"], task))


def runs(task: Task) -> bool:
    """Whether the task runs and is to. Needs the task's scope."""
    return task.get("lastStatus") == "RUNNING" and is_active(task)


def primary_of(service: Service) -> Deployment | None:
    """The deployment that decides what runs."""
    primary: Deployment | None = internal(ECS, "_primary_deployment")(service)
    return primary


def definition_of(task: Task) -> dict[str, Any]:
    """The task definition of the task; empty when it was deleted. Needs the task's scope."""
    key = internal(ECS, "_resolve_td_key")(task["taskDefinitionArn"])
    return internal(ECS, "_task_defs").get(key) or {}


def tell(service: Service, message: str) -> None:
    """Add a message to the events of the service."""
    event = {"id": internal("core.responses", "new_uuid")(), "createdAt": internal(ECS, "_iso")(), "message": message}
    service["events"].insert(0, event)


def seconds_since(timestamp: str) -> float:
    """Seconds that have gone by since a time as MiniStack's ECS writes it."""
    return (datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds()
