"""What takes the signals of a task to where they are kept."""

from string import Template

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.log_groups import log_group
from slipway_constructs.services.confinement import without_capabilities
from slipway_constructs.services.container_logs import log_driver

CONTAINER = "collector"
"""The name of the container, in the task definition and in its log streams."""

USER = "4317"
"""Of the image ("cmd/awscollector/Dockerfile", aws-otel-collector), said again because controls look for it."""

TRACES_URL = "http://127.0.0.1:4318"
"""Where containers of the same task send traces, by OTLP over HTTP; containers of one task share their loopback."""

HEALTH_PORT = 13133
"""The default of the collector's extension `health_check`."""

HEAP_SHARE = 0.8
"""Of the container's memory: what Go may use before it collects harder ("Best Practices", memory limiter processor)."""

RESTART_ATTEMPT_PERIOD = Duration.minutes(1)
"""That it has to have run before ECS starts it again: the shortest that ECS takes ("ContainerRestartPolicy",
Amazon ECS API reference)."""


class Collector(Construct):
    """A container with AWS's Distro for OpenTelemetry beside the others of a task.

    The task is healthy and stays without it: the container is not essential, so that neither its end nor its failed
    checks stop a task, and a deployment counts neither ("Amazon ECS task definition parameters for Fargate",
    `essential`; "Determine Amazon ECS task health using container health checks"). ECS starts it again where it was
    ("Restart individual containers in Amazon ECS tasks with container restart policies").

    Attributes:
        container: the container.
        log_group: of its warnings.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        task: ecs.FargateTaskDefinition,
        image: ecs.ContainerImage,
        configuration: str,
        cpu: int,
        memory_mib: int,
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
        health_port: int = HEALTH_PORT,
    ) -> None:
        """Add the container.

        Args:
            task: its execution role writes the logs, and its task role is what the collector signs requests as.
            configuration: the collector's own, in YAML, as `rendered` makes it.
            cpu: CPU units, the container's share when the task's others want all.
            memory_mib: MiB, above which the container is ended.
            log_removal_policy: of the log group, when the stack is deleted.
            health_port: of the health check extension; omitted, its default.
        """
        super().__init__(scope, id)
        self.log_group = log_group(self, retention=log_retention, removal_policy=log_removal_policy)
        self.container = task.add_container(
            "Collector",
            container_name=CONTAINER,
            image=image,
            essential=False,
            enable_restart_policy=True,
            restart_attempt_period=RESTART_ATTEMPT_PERIOD,
            cpu=cpu,
            memory_limit_mib=memory_mib,
            user=USER,
            environment={
                "AOT_CONFIG_CONTENT": configuration,
                "GOMEMLIMIT": f"{int(memory_mib * HEAP_SHARE)}MiB",
            },
            readonly_root_filesystem=True,
            linux_parameters=without_capabilities(self, init_process=False),
            health_check=ecs.HealthCheck(
                command=["CMD", "/healthcheck", f"--port={health_port}"],  # there is no shell in the image
                interval=Duration.seconds(30),
                timeout=Duration.seconds(5),
                retries=3,
                start_period=Duration.seconds(30),
            ),
            logging=log_driver(self.log_group, CONTAINER, buffer_mebibytes=1),
        )

    def outlive(self, container: ecs.ContainerDefinition) -> None:
        """Have that container start after the collector and stop before it, so that its last signals are taken.

        ECS stops containers in the reverse of the order in which they started. It has only to have started: one that
        ended at once keeps nothing from starting ("ContainerDependency", Amazon ECS API reference, `START`).
        """
        container.add_container_dependencies(
            ecs.ContainerDependency(container=self.container, condition=ecs.ContainerDependencyCondition.START)
        )


def rendered(template: str, **texts: str) -> str:
    """A configuration with what it leaves to stacks.

    Args:
        template: YAML with `${NAME}`; whatever else has a dollar sign would mean something to the collector.
        texts: by name.

    Raises:
        KeyError: the template names something else.
        ValueError: a dollar sign stands alone.
    """
    return Template(template).substitute(texts)
