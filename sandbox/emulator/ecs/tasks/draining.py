"""How a task ends that ECS or a person stops: drained, then asked to end, then killed.

MiniStack 1.5.33 calls it stopped, kills its containers after five seconds and answers the call after that. Here the
call is answered at once, as by ECS. The task is `DEACTIVATING` while the requests under way to it are answered, for at
most the deregistration delay of its target groups, and `STOPPING` between SIGTERM and SIGKILL, for at most the
`stopTimeout` of its container definition.

Not modelled: connections that are kept open between load balancer and target. Nothing here keeps one, so draining ends
with the last request under way, where on AWS it mostly takes the whole delay.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from sandbox.emulator.ecs.services import ECS, Task, definition_of, service_of
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.load_balancing.target_health import stop_draining
from sandbox.emulator.load_balancing.traffic import cut_off, requests_under_way
from sandbox.emulator.scope import scope_of

DEREGISTRATION_DELAY = 300.0
"""Seconds; the default of Elastic Load Balancing ("Deregistration delay")."""

STOP_TIMEOUT = 30
"""Seconds; the default of ECS ("Fargate task definition parameters": stopTimeout)."""

_PAUSE_SECONDS = 0.1
_SETTLING_SECONDS = 0.2  # for a request whose target was chosen just before it was deregistered
_BEFORE_THE_CONTAINER = ("ServiceSchedulerInitiated", "UserInitiated")  # the task ends first, then its container


def drain_tasks() -> None:
    """Let a task that is stopped be drained first, without keeping whoever stopped it waiting."""
    replace(ECS, "_cleanup_task_resources", _once_drained)


def _once_drained(original: Any) -> Any:
    def clean_up(task: Task, engine: Any, *container: Any) -> None:
        def end() -> None:
            _end(task, engine, lambda: original(task, engine, *container))

        if task.get("startedAt") and task.get("_docker_ids") and task.get("stopCode") in _BEFORE_THE_CONTAINER:
            _now_at(task, "DEACTIVATING")
            internal("core.concurrency", "spawn_background")(end, thread_name="slipway-draining")
        else:
            original(task, engine, *container)
            _nothing_is_at(internal(ECS, "_task_ip")(task) or "")

    return clean_up


def _end(task: Task, engine: Any, clean_up: Callable[[], None]) -> None:
    try:
        _wait_for_answers(task)
        _now_at(task, "STOPPING")
        _stop_containers(task, engine)
    finally:
        clean_up()
        _nothing_is_at(internal(ECS, "_task_ip")(task) or "")
        _now_at(task, "STOPPED")


def _nothing_is_at(address: str) -> None:
    stop_draining(address)
    cut_off(address)


def _now_at(task: Task, status: str) -> None:
    stopped = status == "STOPPED"
    now = internal(ECS, "_iso")()
    with internal("core.concurrency", "resource_lock")("ecs-task", task["taskArn"]):
        task.update(lastStatus=status, stoppedAt=now if stopped else None, executionStoppedAt=now if stopped else None)
        for container in task.get("containers", []):
            container["lastStatus"] = "STOPPED" if stopped else "RUNNING"


def _wait_for_answers(task: Task) -> None:
    address = internal(ECS, "_task_ip")(task)
    delay = _deregistration_delay(task)
    if not address or delay <= 0:
        return
    deadline = time.monotonic() + delay
    time.sleep(min(_SETTLING_SECONDS, delay))
    while requests_under_way(address) > 0 and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    cut_off(address)


def _deregistration_delay(task: Task) -> float:
    """The longest delay of the task's target groups in seconds; 0 without any."""
    with scope_of(task["taskArn"]):
        groups = [each.get("targetGroupArn") for each in (service_of(task) or {}).get("loadBalancers") or []]
        attributes = [internal("services.alb", "_tg_attrs").get(group) or [] for group in groups if group]
    name = "deregistration_delay.timeout_seconds"
    return max(
        (next((float(a["Value"]) for a in each if a["Key"] == name), DEREGISTRATION_DELAY) for each in attributes),
        default=0.0,
    )


def _stop_containers(task: Task, engine: Any) -> None:
    """Send SIGTERM, wait, send SIGKILL; take note of the exit codes."""
    from docker.errors import APIError  # noqa: PLC0415  # there is none of docker-py where there is no engine

    with scope_of(task["taskArn"]):
        definitions = definition_of(task).get("containerDefinitions") or []
    for index, identifier in enumerate(task.get("_docker_ids") or []):
        timeout = int((definitions[index] if index < len(definitions) else {}).get("stopTimeout") or STOP_TIMEOUT)
        with contextlib.suppress(APIError, OSError):  # it has gone meanwhile, or the engine has
            container = engine.containers.get(identifier)
            container.stop(timeout=timeout)
            task["containers"][index]["exitCode"] = container.wait(timeout=timeout)["StatusCode"]
