"""Where a container's output goes."""

from aws_cdk import Size
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs


def log_driver(log_group: logs.ILogGroup, container_name: str, *, buffer_mebibytes: int) -> ecs.LogDriver:
    """Send the output to that group, in streams that begin with the container's name.

    A slow CloudWatch does not stop the container: what does not fit into the buffer is lost.
    """
    return ecs.LogDrivers.aws_logs(
        log_group=log_group,
        stream_prefix=container_name,
        mode=ecs.AwsLogDriverMode.NON_BLOCKING,
        max_buffer_size=Size.mebibytes(buffer_mebibytes),
    )
