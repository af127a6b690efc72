"""What a container may not do, whatever runs in it."""

from collections.abc import Sequence

from aws_cdk import aws_ecs as ecs
from constructs import Construct


def without_capabilities(scope: Construct, *, init_process: bool = True) -> ecs.LinuxParameters:
    """Take every Linux capability away from the one container of that scope.

    Args:
        init_process: whether a process of ECS's own is the first and reaps what the container's leaves behind.
    """
    parameters = ecs.LinuxParameters(scope, "LinuxParameters", init_process_enabled=init_process)
    parameters.drop_capabilities(ecs.Capability.ALL)
    return parameters


def add_scratch(task: ecs.TaskDefinition, container: ecs.ContainerDefinition, paths: Sequence[str]) -> None:
    """Let the container, whose root file system is read-only, write to these directories of volumes of the task.

    Each is empty at the start of a task, but for what the image has in a VOLUME there.
    """
    for path in paths:
        name = path.strip("/").replace("/", "-")
        task.add_volume(name=name)
        container.add_mount_points(ecs.MountPoint(container_path=path, source_volume=name, read_only=False))
