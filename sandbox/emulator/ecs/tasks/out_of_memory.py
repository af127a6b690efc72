"""Containers that the kernel killed because they took more memory than they may.

Docker says so of a container that has ended. Podman does not always: there it is one that was killed with SIGKILL, has
a limit, and was sent no signal through the engine. A SIGKILL that a process of this machine sends by itself looks the
same. MiniStack 1.5.33 sets no limits and does not ask.
"""

from datetime import datetime
from typing import Any

from sandbox.emulator.ecs.services import ECS, Task
from sandbox.emulator.internals import internal

REASON = "OutOfMemoryError: Container killed due to memory usage"
"""What ECS says of such a container ("Amazon ECS stopped tasks error messages")."""

_KILLED = 137
_PATIENCE_SECONDS = 0.6
_SIGNALS = ("kill", "stop", "remove", "destroy")


def tell_of_killed_containers(task: Task) -> None:
    """Give the containers of a task that has ended by itself their reason, if it is this one."""
    engine = internal(ECS, "_get_docker")()
    identifiers = list(task.get("_docker_ids") or [])
    for container, identifier in zip(task["containers"], identifiers, strict=False):
        if engine and container.get("exitCode") == _KILLED and _took_too_much(engine, identifier):
            container["reason"] = REASON


def _took_too_much(engine: Any, identifier: str) -> bool:
    from docker.errors import DockerException  # noqa: PLC0415  # there is none of docker-py where there is no engine
    from requests.exceptions import RequestException  # noqa: PLC0415  # likewise

    try:
        known = engine.api.inspect_container(identifier)
        if known["State"].get("OOMKilled"):
            return True
        return bool(known["HostConfig"].get("Memory")) and not _was_sent_a_signal(engine, known)
    except (DockerException, RequestException):
        return False


def _was_sent_a_signal(engine: Any, known: dict[str, Any]) -> bool:
    """Whether the engine was asked to kill, stop or remove the container; it may say so after the container's end."""
    since, until = (datetime.fromisoformat(known["State"][each]) for each in ("StartedAt", "FinishedAt"))
    told = engine.api.events(
        since=since.timestamp() - 1,
        until=until.timestamp() + _PATIENCE_SECONDS,
        filters={"container": known["Id"]},
        decode=True,
    )
    return any(event.get("Action", event.get("status")) in _SIGNALS for event in told)
