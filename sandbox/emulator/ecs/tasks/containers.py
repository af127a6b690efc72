"""The containers that MiniStack starts for ECS tasks: how they are started, and that none of them stays behind.

MiniStack 1.5.33 tells the container engine the image, the command, the environment and added capabilities. A rehearsal
in which the root file system is writable and the process is root says little about AWS, where neither is.
"""

import logging
from collections.abc import Iterable
from typing import Any

from sandbox.emulator.internals import internal, replace

_Definition = dict[str, Any]
_BYTES_PER_MIB = 1 << 20
_MIB_PER_GIB = 1024
_UNITS_PER_CPU = 1024
# What the error of an engine speaks of that cannot do it.
_OPTIONAL = {
    "init": ("init",),
    "cgroup": ("mem_limit", "memswap_limit", "nano_cpus"),
    "memory": ("mem_limit", "memswap_limit"),
    "swap": ("memswap_limit",),
    "cpu": ("nano_cpus",),
}
_log = logging.getLogger("slipway.emulator")


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
    replace("services.ecs", "_run_docker_container", _as_far_as_the_engine_can)


def container_settings(definition: _Definition, task_definition: _Definition) -> dict[str, Any]:
    """Return the arguments for docker-py's `containers.run` that follow from a container definition.

    On Fargate a container may take what its task has of memory and CPU, unless it is given less memory itself. Here
    each container is limited by itself, so that two of one task can take more than the task has.
    """
    parameters = definition.get("linuxParameters") or {}
    settings: dict[str, Any] = {
        **_limits(definition, task_definition),
        "init": parameters.get("initProcessEnabled"),
        "entrypoint": definition.get("entryPoint"),
        "user": definition.get("user"),
        "working_dir": definition.get("workingDirectory"),
        "read_only": definition.get("readonlyRootFilesystem"),
        "cap_drop": (parameters.get("capabilities") or {}).get("drop"),
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


def cpu_of(task_definition: _Definition) -> float:
    """Return how many CPUs a task may use; 0 when that is not said."""
    return _number(task_definition.get("cpu"), "VCPU", _UNITS_PER_CPU) / _UNITS_PER_CPU


def memory_of(definition: _Definition) -> int:
    """Return how many bytes a task or a container may use; 0 when that is not said."""
    return int(_number(definition.get("memory"), "GB", _MIB_PER_GIB) * _BYTES_PER_MIB)


def _limits(definition: _Definition, task_definition: _Definition) -> dict[str, Any]:
    """Return the limits in docker-py's units: bytes, and billionths of a CPU. Memory and swap: there is no swap."""
    memory = min((each for each in (memory_of(definition), memory_of(task_definition)) if each), default=0)
    return {"mem_limit": memory, "memswap_limit": memory, "nano_cpus": int(cpu_of(task_definition) * 10**9)}


def _number(text: Any, unit: str, factor: int) -> float:
    """Return the number in a size such as `512` or `0.5 GB`, the latter times the factor; 0 when there is none."""
    words = str(text or 0).upper()
    return float(words.removesuffix(unit)) * (factor if words.endswith(unit) else 1)


def _as_far_as_the_engine_can(original: Any) -> Any:
    """Start a container without limits, or without an init process, where the engine says that it can do neither."""

    def run(engine: Any, definition: _Definition, settings: dict[str, Any], **how: Any) -> Any:
        try:
            return original(engine, definition, settings, **how)
        except Exception as error:
            refused = [name for words, names in _OPTIONAL.items() if words in str(error) for name in names]
            if not any(settings.pop(name, None) for name in refused):
                raise
            _log.warning("The engine runs %s without %s: %s", definition["name"], ", ".join(refused), error)
            return original(engine, definition, settings, **how)

    return run


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
