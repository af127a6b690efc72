"""Health checks in containers: the task definition's `healthCheck`, run by the engine as long as the task runs.

As ECS does it ("Determine Amazon ECS task health using container health checks"): the first check is made one interval
after the start, an answer in the start period counts when it is good, and `retries` bad ones in a row make the
container `UNHEALTHY`. A task is as healthy as the worst of its essential containers that have a check; without one it
is `UNKNOWN`. MiniStack 1.5.33 runs no check and says `UNKNOWN` of all tasks.

Not modelled: that a command which takes too long is killed. It counts as failed, and goes on until it ends.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from sandbox.emulator import background
from sandbox.emulator.ecs.services import Task, definition_of, runs
from sandbox.emulator.scope import scope_of

HEALTHY, UNHEALTHY, UNKNOWN = "HEALTHY", "UNHEALTHY", "UNKNOWN"
_Settings = dict[str, Any]


@dataclass
class Check:
    """The health of one container."""

    status: str = UNKNOWN
    failed: int = 0

    def told(self, *, good: bool, in_start_period: bool, retries: int) -> None:
        """Take note of the result of one check."""
        if good:
            self.status, self.failed = HEALTHY, 0
        elif self.status == HEALTHY or not in_start_period:
            self.failed += 1
            if self.failed >= retries:
                self.status = UNHEALTHY


def watch(task: Task, engine: Any) -> None:
    """Check the containers of a task that has begun to run, until it ends. Needs the task's scope."""
    definitions = definition_of(task).get("containerDefinitions") or []
    for index, definition in enumerate(definitions):
        if (settings := definition.get("healthCheck")) and index < len(task.get("_docker_ids") or []):
            task["containers"][index]["healthStatus"] = UNKNOWN
            background.launch(_checks(task, index, settings, engine))


def is_checked(task: Task) -> bool:
    """Whether an essential container of the task has a health check. Needs the task's scope."""
    definitions = definition_of(task).get("containerDefinitions") or []
    return any(each.get("healthCheck") and each.get("essential", True) for each in definitions)


async def _checks(task: Task, index: int, settings: _Settings, engine: Any) -> None:
    check, identifier = Check(), task["_docker_ids"][index]
    started = asyncio.get_running_loop().time()
    start_period = int(settings.get("startPeriod") or 0)
    while True:
        await asyncio.sleep(int(settings.get("interval") or 30))
        if not _is_running(task):
            return
        begun = asyncio.get_running_loop().time()
        good = await _passes(engine, identifier, settings)
        in_start_period = begun - started < start_period
        check.told(good=good, in_start_period=in_start_period, retries=int(settings.get("retries") or 3))
        task["containers"][index]["healthStatus"] = check.status
        task["healthStatus"] = _of_task(task)


def _is_running(task: Task) -> bool:
    with scope_of(task["taskArn"]):
        return runs(task)


def _of_task(task: Task) -> str:
    essentials = task.get("_container_essentials") or []
    told = [
        container["healthStatus"]
        for container, essential in zip(task["containers"], essentials, strict=False)
        if essential and "healthStatus" in container
    ]
    return next((each for each in (UNHEALTHY, UNKNOWN) if each in told), HEALTHY if told else UNKNOWN)


async def _passes(engine: Any, identifier: str, settings: _Settings) -> bool:
    try:
        async with asyncio.timeout(int(settings.get("timeout") or 5)):
            return await asyncio.to_thread(_run, engine, identifier, _command(settings))
    except TimeoutError:
        return False


def _command(settings: _Settings) -> list[str]:
    kind, *words = settings["command"]
    return ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else list(words)


def _run(engine: Any, identifier: str, command: list[str]) -> bool:
    from docker.errors import DockerException  # noqa: PLC0415  # there is none of docker-py where there is no engine
    from requests.exceptions import RequestException  # noqa: PLC0415  # likewise

    try:
        execution = engine.api.exec_create(identifier, command)["Id"]
        engine.api.exec_start(execution)
        return bool(engine.api.exec_inspect(execution)["ExitCode"] == 0)
    except (DockerException, RequestException):
        return False
