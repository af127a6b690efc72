"""What one task of the service is: its container, how it is confined, probed and stopped, and who it may act as."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies
from slipway_constructs.log_groups import log_group
from slipway_constructs.services.confinement import add_scratch, without_capabilities
from slipway_constructs.services.container_logs import log_driver
from slipway_constructs.services.task_definition import task_definition
from slipway_constructs.services.task_role import task_role

CONTAINER = "service"
"""The name of the container, in the task definition and in its log streams."""


class ServiceTask(Construct):
    """A task definition with one container, its log group and its two roles.

    The root file system is read-only; the user is the image's own.

    Attributes:
        definition: the task definition; what replaces it leaves it ACTIVE.
        container: the one container.
        log_group: where the container's output goes.
        execution_role: pulls the image, reads the secrets, writes the logs.
        task_role: what the service itself may do in AWS, which is nothing until it is granted something.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        image: ecs.ContainerImage,
        cpu: int,
        memory_mib: int,
        architecture: ecs.CpuArchitecture,
        port: int,
        liveness_path: str,
        environment: Mapping[str, str],
        secrets: Mapping[str, ecs.Secret],
        start_period: Duration,
        stop_timeout: Duration,
        scratch_paths: Sequence[str],
        ephemeral_storage_gib: int | None,
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
        container_cpu: int | None = None,
        health_command: Sequence[str] | None = None,
    ) -> None:
        """Create the task definition.

        Args:
            cpu: CPU units; 1024 are one vCPU.
            memory_mib: MiB.
            port: the container listens on it.
            liveness_path: answers 200 while the process is alive; three failures in a row restart the task. Asked with
                the image's Python.
            environment: variables of the container; nothing secret.
            secrets: variables that ECS reads from Secrets Manager or SSM at the start of a task; the execution role
                may read just these. A key of the customer that encrypts one has to admit the role itself.
            start_period: in which failed checks of the container do not count.
            stop_timeout: from SIGTERM to SIGKILL.
            scratch_paths: the only directories that can be written to; each is empty at the start of a task. The
                image has to name a directory as a VOLUME if others than root shall write there ("Bind mounts", Amazon
                ECS developer guide).
            ephemeral_storage_gib: None is Fargate's own 20 GiB.
            log_removal_policy: of the log group, when the stack is deleted.
            container_cpu: of the CPU units, the container's share when others that are added want all; omitted, none
                is set aside, which suits a container that is alone.
            health_command: a program of the image and its arguments, run in the container in the place of asking
                liveness_path; no shell reads it. It ends with 0 within three seconds while the process is alive.
        """
        super().__init__(scope, id)
        self.log_group = log_group(self, retention=log_retention, removal_policy=log_removal_policy)
        self.execution_role = task_role(
            self, "ExecutionRole", "Pulls the image, reads the secrets and writes the logs."
        )
        self.task_role = task_role(self, "TaskRole", "What the service itself may do.")
        self.definition = task_definition(
            self,
            cpu=cpu,
            memory_mib=memory_mib,
            architecture=architecture,
            execution_role=self.execution_role,
            task_role=self.task_role,
            ephemeral_storage_gib=ephemeral_storage_gib,
        )
        self.container = self.definition.add_container(
            "Service",
            container_name=CONTAINER,
            image=image,
            cpu=container_cpu,
            environment=dict(environment),
            secrets=dict(secrets),
            port_mappings=[ecs.PortMapping(container_port=port, name="http")],
            readonly_root_filesystem=True,
            linux_parameters=without_capabilities(self),
            stop_timeout=stop_timeout,
            health_check=_health_check(health_command or _probe(port, liveness_path), start_period),
            logging=log_driver(self.log_group, CONTAINER, buffer_mebibytes=25),
        )
        add_scratch(self.definition, self.container, scratch_paths)
        acknowledge_inline_policies(self.execution_role)


def _probe(port: int, liveness_path: str) -> Sequence[str]:
    """The same as the Dockerfile's, which ECS does not read; the image has no curl."""
    code = (
        "from urllib.request import ProxyHandler, build_opener; "
        f"build_opener(ProxyHandler({{}})).open('http://127.0.0.1:{port}{liveness_path}', timeout=2)"
    )
    return ("python", "-c", code)


def _health_check(command: Sequence[str], start_period: Duration) -> ecs.HealthCheck:
    return ecs.HealthCheck(
        command=["CMD", *command],
        interval=Duration.seconds(10),
        timeout=Duration.seconds(3),
        retries=3,
        start_period=start_period,
    )
