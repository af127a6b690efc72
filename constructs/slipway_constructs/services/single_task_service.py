"""A service of one task, for what people look at and nobody else depends on."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies
from slipway_constructs.log_groups import log_group
from slipway_constructs.services.confinement import add_scratch, without_capabilities
from slipway_constructs.services.container_logs import log_driver
from slipway_constructs.services.task_definition import task_definition
from slipway_constructs.services.task_role import task_role


class SingleTaskService(Construct):
    """One task on Fargate whose state may go with it: while it is replaced there is none for a minute.

    Nobody may connect to it until its security group lets somebody in; it may connect to everybody.

    Attributes:
        service: the service; a rollout that fails is undone.
        definition: the task definition.
        container: the one container.
        security_group: of the task.
        task_role: what the program may do in AWS, which is nothing until it is granted something.
        execution_role: pulls images, reads secrets, writes logs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        service_name: str,
        subnets: ec2.SubnetSelection,
        assign_public_ip: bool,
        image: ecs.ContainerImage,
        container_name: str,
        cpu: int,
        memory_mib: int,
        architecture: ecs.CpuArchitecture,
        ports: Sequence[int],
        environment: Mapping[str, str],
        secrets: Mapping[str, ecs.Secret],
        scratch_paths: Sequence[str],
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
        container_cpu: int | None = None,
        container_memory_mib: int | None = None,
    ) -> None:
        """Create the service.

        Args:
            cpu: CPU units; 1024 are one vCPU.
            memory_mib: MiB.
            ports: on which the container listens.
            environment: variables of the container; nothing secret.
            secrets: variables that ECS reads at the start of the task.
            scratch_paths: the only directories that can be written to; each is empty at the start of a task, but for
                what the image has in a VOLUME there.
            log_removal_policy: of the log group, when the stack is deleted.
            container_cpu: of the CPU units, the container's share when others want all; omitted, none is set aside.
            container_memory_mib: MiB, above which the container is ended; omitted, what the task has.
        """
        super().__init__(scope, id)
        self.log_group = log_group(self, retention=log_retention, removal_policy=log_removal_policy)
        self.execution_role = task_role(self, "ExecutionRole", "Pulls images, reads secrets and writes logs.")
        self.task_role = task_role(self, "TaskRole", f"What {container_name} itself may do.")
        for role in (self.execution_role, self.task_role):
            acknowledge_inline_policies(role)
        self.definition = task_definition(
            self,
            cpu=cpu,
            memory_mib=memory_mib,
            architecture=architecture,
            execution_role=self.execution_role,
            task_role=self.task_role,
        )
        self.container = self.definition.add_container(
            "Container",
            container_name=container_name,
            image=image,
            cpu=container_cpu,
            memory_limit_mib=container_memory_mib,
            environment=dict(environment),
            secrets=dict(secrets),
            port_mappings=[ecs.PortMapping(container_port=port) for port in ports],
            readonly_root_filesystem=True,
            linux_parameters=without_capabilities(self),
            logging=log_driver(self.log_group, container_name, buffer_mebibytes=4),
        )
        add_scratch(self.definition, self.container, scratch_paths)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=cluster.vpc, description=f"Task of {service_name}"
        )
        self.service = self._service(cluster, service_name, subnets, assign_public_ip=assign_public_ip)
        self.service.node.add_dependency(self.execution_role)  # else the first task may start before it may pull

    def _service(
        self, cluster: ecs.ICluster, name: str, subnets: ec2.SubnetSelection, *, assign_public_ip: bool
    ) -> ecs.FargateService:
        return ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            service_name=name,
            task_definition=self.definition,
            vpc_subnets=subnets,
            assign_public_ip=assign_public_ip,
            security_groups=[self.security_group],
            desired_count=1,
            min_healthy_percent=0,  # the old task goes first: two would have different contents
            max_healthy_percent=100,
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,  # it wants more than 100 %
            health_check_grace_period=Duration.minutes(2),
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
