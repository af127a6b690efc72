"""The tasks that answer requests."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

STOP_TIMEOUT = Duration.seconds(30)
"""From SIGTERM to SIGKILL; above the 20 s that uvicorn gives requests under way (service/Dockerfile)."""

START_PERIOD = Duration.seconds(15)
"""In which failed health checks do not count; the sample service is ready in about a second."""


class WebService(Construct):
    """A Fargate service that replaces its tasks without losing a request and rolls itself back.

    Attributes:
        service: the service.
        log_group: where the containers' output goes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        service_name: str,
        image: ecs.ContainerImage,
        port: int,
        liveness_path: str,
        environment: Mapping[str, str],
        cpu: int,
        memory_mib: int,
        architecture: ecs.CpuArchitecture,
        subnets: ec2.SubnetSelection,
        assign_public_ip: bool,
        deployment_alarms: Sequence[cloudwatch.IAlarm],
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
    ) -> None:
        """Create the task definition and the service; the number of tasks is left to whoever scales it.

        Args:
            service_name: fixed, so that roles can be granted rights on just this service; what would replace the
                service needs another name.
            port: the container listens on it.
            liveness_path: answers 200 while the process is alive; three failures in a row restart the task.
            environment: variables of the container; nothing secret.
            cpu: CPU units; 1024 are one vCPU.
            memory_mib: MiB.
            deployment_alarms: a rollout during which one of them fires is rolled back. They must not be made from
                the service's own metrics: that would be a circular dependency.
        """
        super().__init__(scope, id)
        self.log_group = logs.LogGroup(self, "LogGroup", retention=log_retention, removal_policy=log_removal_policy)
        self.task_definition = ecs.FargateTaskDefinition(
            self,
            "TaskDefinition",
            cpu=cpu,
            memory_limit_mib=memory_mib,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=architecture, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
        )
        # A replaced revision has to stay ACTIVE: it is what a rollback goes back to.
        self.task_definition.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._add_container(image, port, liveness_path, environment)
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            service_name=service_name,
            task_definition=self.task_definition,
            vpc_subnets=subnets,
            assign_public_ip=assign_public_ip,
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=START_PERIOD,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_alarms=ecs.DeploymentAlarmConfig(
                alarm_names=[alarm.alarm_name for alarm in deployment_alarms],
                behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM,
            ),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        # Else the first tasks may start before their execution role may pull, and the circuit breaker counts them.
        self.service.node.add_dependency(self.task_definition.obtain_execution_role())

    def _add_container(
        self, image: ecs.ContainerImage, port: int, liveness_path: str, environment: Mapping[str, str]
    ) -> None:
        capabilities = ecs.LinuxParameters(self, "LinuxParameters", init_process_enabled=True)
        capabilities.drop_capabilities(ecs.Capability.ALL)
        # The same as the Dockerfile's, which ECS does not read; the image has no curl.
        probe = (
            "from urllib.request import ProxyHandler, build_opener; "
            f"build_opener(ProxyHandler({{}})).open('http://127.0.0.1:{port}{liveness_path}', timeout=2)"
        )
        self.task_definition.add_container(
            "Service",
            container_name="service",
            image=image,
            environment=dict(environment),
            port_mappings=[ecs.PortMapping(container_port=port, name="http")],
            readonly_root_filesystem=True,
            linux_parameters=capabilities,
            stop_timeout=STOP_TIMEOUT,
            health_check=ecs.HealthCheck(
                command=["CMD", "python", "-c", probe],
                interval=Duration.seconds(10),
                timeout=Duration.seconds(3),
                retries=3,
                start_period=START_PERIOD,
            ),
            logging=ecs.LogDrivers.aws_logs(
                log_group=self.log_group,
                stream_prefix="service",
                # A slow CloudWatch must not stop the service; what does not fit into the buffer is lost.
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
                max_buffer_size=Size.mebibytes(25),
            ),
        )
