"""Sees within half a second that a container has ended or is gone, whoever ended it.

MiniStack 1.5.33 asks the engine ten times a second for each task, and takes a container that was removed from outside
for one that still runs. Here one question is asked for all tasks. While the engine does not answer, nothing is
concluded: its containers are still there when it does.
"""

from typing import Any

from sandbox.emulator import background
from sandbox.emulator.ecs.services import ECS, Task, cluster_of, runs, service_of
from sandbox.emulator.ecs.tasks import container_health
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.scope import scope_of

_INTERVAL = 0.5
_STEADY_SECONDS = 2.0  # that a task without health checks has to run; in MiniStack's one a crash may not be seen yet
_KILLED = 137
_ENDED = ("exited", "dead", "stopped")


def watch_containers() -> None:
    """Watch the containers of all tasks from now on."""
    replace(ECS, "_watch_task_lifecycle", lambda _: _begin)
    replace(ECS, "_ECS_DEPLOYMENT_STEADY_DELAY", lambda _: _STEADY_SECONDS)
    background.repeat(_INTERVAL, _look)


def _begin(task: Task, engine: Any, account: str, region: str) -> None:
    """Take the place of MiniStack's own watch, which also completes deployments of tasks without health checks."""
    container_health.watch(task, engine)
    service = service_of(task)
    if service:
        cluster = cluster_of(task)
        complete = internal(ECS, "_schedule_service_deployment_completion")
        complete(cluster, f"{cluster}/{service['serviceName']}", account, region, healthy_task=task)


def _look() -> None:
    tasks = [each for each in internal(ECS, "_tasks").all_values() if _has_containers(each)]
    engine = internal(ECS, "_get_docker")() if tasks else None
    if engine is None:
        return
    states = _states(engine)
    if states is None:
        return
    for task in tasks:
        gone = [each for each in list(task["_docker_ids"]) if each not in states]
        ended = any(states.get(each) in _ENDED for each in task["_docker_ids"])
        if gone or ended:
            with scope_of(task["taskArn"]):
                internal(ECS, "_maybe_mark_stopped")(task, engine)
                _without(task, gone)


def _has_containers(task: Task) -> bool:
    return task.get("lastStatus") == "RUNNING" and bool(task.get("_docker_ids"))


def _states(engine: Any) -> dict[str, str] | None:
    """The state of each container of this emulator's tasks; None if the engine does not answer."""
    from docker.errors import DockerException  # noqa: PLC0415  # there is none of docker-py where there is no engine
    from requests.exceptions import RequestException  # noqa: PLC0415  # likewise

    reaper = "core.container_reaper"
    own = [f"{internal(reaper, 'INSTANCE_LABEL')}={internal(reaper, 'instance_id')()}", "ministack=ecs"]
    try:
        return {each["Id"]: each["State"] for each in engine.api.containers(all=True, filters={"label": own})}
    except (DockerException, RequestException):
        return None


def _without(task: Task, gone: list[str]) -> None:
    """Stop a task whose essential container was removed from outside."""
    essentials = list(task.get("_container_essentials") or [])
    lost = [index for index, each in enumerate(task["_docker_ids"]) if each in gone]
    for index in lost:
        task["containers"][index].update(lastStatus="STOPPED", exitCode=_KILLED)
    if runs(task) and any(index >= len(essentials) or essentials[index] for index in lost):
        stopped = internal(ECS, "_mark_task_stopped")
        if stopped(task["taskArn"], task, "Essential container exited", "EssentialContainerExited", exit_code=_KILLED):
            internal(ECS, "_cleanup_task_resources")(task, internal(ECS, "_get_docker")())
