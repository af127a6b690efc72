"""The containers that MiniStack starts for ECS tasks: how they are started, and that none of them stays behind.

MiniStack 1.5.33 tells the container engine the image, the command, the environment and added capabilities. A rehearsal
in which the root file system is writable and the process is root says little about AWS, where neither is.
"""

from collections.abc import Iterable
from typing import Any

from sandbox.emulator.internals import internal, replace

_Definition = dict[str, Any]


def apply_container_settings() -> None:
    """Add the settings of the container definition to every container that MiniStack starts for a task."""

    def with_settings(original: Any) -> Any:
        def build_run_kwargs(definition: _Definition, task_definition: _Definition, *args: Any, **kwargs: Any) -> Any:
            return {
                **original(definition, task_definition, *args, **kwargs),
                **container_settings(definition, task_definition),
            }

        return build_run_kwargs

    replace("services.ecs", "_build_run_kwargs", with_settings)


def container_settings(definition: _Definition, task_definition: _Definition) -> dict[str, Any]:
    """Return the arguments for docker-py's `containers.run` that follow from a container definition.

    Left out are the limits of memory and CPU, which not every engine may set, and `initProcessEnabled`, whose binary
    not every engine has.
    """
    settings: dict[str, Any] = {
        "entrypoint": definition.get("entryPoint"),
        "user": definition.get("user"),
        "working_dir": definition.get("workingDirectory"),
        "read_only": definition.get("readonlyRootFilesystem"),
        "cap_drop": ((definition.get("linuxParameters") or {}).get("capabilities") or {}).get("drop"),
        "tmpfs": _scratch_mounts(definition, task_definition),
    }
    return {name: value for name, value in settings.items() if value}


def remove_containers(task_arns: Iterable[str]) -> None:
    """Remove what is left of the containers of stopped tasks.

    MiniStack removes containers that it stops itself. One that exited by itself stays for two to three minutes, until
    MiniStack looks for abandoned ones.
    """
    engine = internal("services.ecs", "_get_docker")()
    if engine is None:
        return
    from docker.errors import NotFound  # noqa: PLC0415  # there is none of docker-py where there is no engine

    for task in task_arns:
        of_task = {"label": f"com.amazonaws.ecs.task-arn={task}"}
        for container in engine.containers.list(all=True, ignore_removed=True, filters=of_task):
            try:
                container.remove(v=True, force=True)
            except NotFound:
                continue


def _scratch_mounts(definition: _Definition, task_definition: _Definition) -> dict[str, str]:
    """Return where volumes without a host path are mounted: Fargate gives them an empty directory.

    A tmpfs goes with its container; two containers that mount the same volume do not share it here.
    """
    without_path = {
        volume["name"]
        for volume in task_definition.get("volumes") or []
        if not (volume.get("host") or {}).get("sourcePath") and "efsVolumeConfiguration" not in volume
    }
    mounts = definition.get("mountPoints") or []
    return {
        mount["containerPath"]: "ro" if mount.get("readOnly") else "rw,mode=1777"
        for mount in mounts
        if mount.get("sourceVolume") in without_path
    }
