"""ECS Exec, for which the emulator has no session: it says so, and what to type instead.

MiniStack 1.5.33 answers ExecuteCommand with the address of a channel at AWS itself, to which a client would connect.
"""

from typing import Any

from sandbox.emulator.internals import internal

_MODULE = "services.ecs"


def refuse_sessions() -> None:
    """Refuse ExecuteCommand: as ECS does where it is not enabled, and else with the engine's own command.

    The containers carry the labels `com.amazonaws.ecs.task-arn` and `com.amazonaws.ecs.container-name`.
    """
    actions = internal(_MODULE, "_ACTION_MAP")
    original = actions["ExecuteCommand"]

    def execute_command(data: dict[str, Any]) -> Any:
        answer = original(data)
        cluster = internal(_MODULE, "_resolve_cluster_name")(data.get("cluster", "default"))
        task = internal(_MODULE, "_resolve_task")(data.get("task", ""), cluster) if cluster else None
        return _refusal(task, data) if task else answer

    actions["ExecuteCommand"] = execute_command


def _refusal(task: dict[str, Any], data: dict[str, Any]) -> Any:
    refuse = internal("core.responses", "error_response_json")
    if not task.get("enableExecuteCommand"):
        because = "execute command was not enabled when the task was run or the execute command agent isn't running"
        return refuse("InvalidParameterException", f"The execute command failed because {because}.", 400)
    name = data.get("container") or task["containers"][0]["name"]
    container = f"ministack-ecs-{task['taskArn'].rpartition('/')[2][:8]}-{name}"
    instead = f"docker exec -it {container} {data.get('command', '')}".rstrip()
    return refuse("TargetNotConnectedException", f"The emulator has no sessions. Run: {instead}", 400)
