"""Tasks as ECS tells of them: which deployment started one, who stopped it, and why it did not start.

MiniStack 1.5.33 keeps stopped tasks until it is reset; ECS lists them for an hour. Its words are its own: the error of
the container engine where ECS names the image, `UserInitiated` for what the scheduler did, and the name of the service
where ECS has the id of the deployment.
"""

from typing import Any

from sandbox.emulator.ecs.tasks.out_of_memory import tell_of_killed_containers
from sandbox.emulator.internals import replace

_MODULE = "services.ecs"
_EXITED = "Essential container in task exited"
_WORDS = {"Essential container exited": _EXITED}
# Why MiniStack itself stops a task of a service; ECS says "Scaling activity initiated by" and the deployment.
_OF_THE_SCHEDULER = (
    "Deployment capacity limit",
    "Deployment completed",
    "Service deleted",
    "Service scaling down",
    "Task definition updated",
)
# What an engine or its registry answers about an image that is not there.
_NO_SUCH_IMAGE = ("no such image", "manifest unknown", "not found")
_Task = dict[str, Any]


def tell_of_tasks() -> None:
    """Let tasks be started and stopped with the reasons that ECS gives.

    `startedBy` is the id of the deployment; what the scheduler stops is `ServiceSchedulerInitiated`; an image that is
    not there is a `CannotPullContainerError` that names it, at the task and at its container.
    """
    replace(_MODULE, "_run_task", _started_by_deployment)
    replace(_MODULE, "_mark_task_stopped", _stopped_by)
    replace(_MODULE, "_fail_task_start", _failed_to_start)


def _started_by_deployment(original: Any) -> Any:
    def run_task(data: dict[str, Any]) -> Any:
        deployment = data.get("_deploymentId")
        return original({**data, "startedBy": deployment} if deployment else data)

    return run_task


def _stopped_by(original: Any) -> Any:
    def mark_task_stopped(arn: str, task: _Task, reason: str, stop_code: str, exit_code: int | None = None) -> Any:
        if reason in _OF_THE_SCHEDULER and stop_code == "UserInitiated":
            reason = f"Scaling activity initiated by (deployment {task.get('startedBy')})"
            stop_code = "ServiceSchedulerInitiated"
        if stop_code == "EssentialContainerExited":
            tell_of_killed_containers(task)
        elif not task.get("startedAt"):
            exit_code = None  # MiniStack gives 0 to what was stopped before it ran; ECS gives none
        return original(arn, task, _WORDS.get(reason, reason), stop_code, exit_code)

    return mark_task_stopped


def _failed_to_start(original: Any) -> Any:
    def fail_task_start(task: _Task, engine: Any, reason: str) -> None:
        if reason.startswith("CannotPullContainerError"):
            for container in task["containers"]:
                container["reason"] = reason = _cannot_pull(container["image"], reason)
        original(task, engine, reason)

    return fail_task_start


def _cannot_pull(image: str, reason: str) -> str:
    if not any(words in reason.casefold() for words in _NO_SUCH_IMAGE):
        return reason
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )
