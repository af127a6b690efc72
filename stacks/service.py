"""The service of one environment, and what carries traffic to it."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from configuration import Environment
from configuration.github import GitHub
from configuration.registry import Registry
from configuration.types import Architecture
from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies
from slipway_constructs.load_balancing.alternate_targets import AlternateTargets
from slipway_constructs.load_balancing.production_rule import ProductionRule
from slipway_constructs.load_balancing.target_group import SECONDS_TO_HEALTHY
from slipway_constructs.load_balancing.test_listener import TestListener
from slipway_constructs.networking.existing_network import ExistingNetwork
from slipway_constructs.networking.network import Network
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.observability.target_metrics import CombinedMetrics, TargetMetrics, TrafficMetrics
from slipway_constructs.releases.deployment_alarms import DeploymentAlarms
from slipway_constructs.releases.release_hooks import LambdaHook, PauseHook
from slipway_constructs.releases.traffic_shift import TrafficShift
from slipway_constructs.services.service_task import ServiceTask
from slipway_constructs.services.web_service import WebService
from stacks.alarm_texts import text_of
from stacks.architectures import CPU_ARCHITECTURES
from stacks.environment_stack import EnvironmentStack
from stacks.network import existing_network
from stacks.retention import log_retention, removal_policy
from stacks.service_parts.cluster import cluster_of
from stacks.service_parts.collector import add_collector, service_cpu, telemetry_variables
from stacks.service_parts.image import (
    ServiceImage,
    asset_image,
    grant_import_from_github,
    registry_image,
)
from stacks.service_parts.load_balancing import load_balancing_of
from stacks.service_parts.rollout_strategy import strategy_of
from stacks.service_parts.scaling import add_scaling
from stacks.service_parts.secrets import ServiceSecrets
from stacks.task_placement import TaskPlacement

SCRATCH_PATHS = ("/tmp",)  # noqa: S108 - where the image's own user may write, in a volume of the task's own
EXEC_SCRATCH_PATHS = ("/var/lib/amazon", "/var/log/amazon")
"""Where the agent of ECS Exec writes ("Using Amazon ECS Exec", "Considerations")."""


class ServiceStack(EnvironmentStack):
    """Cluster, load balancer, service, scaling and the alarms that roll a release back.

    Attributes:
        ingress: load balancer and target group.
        metrics: what the load balancer measures of the service.
        web_service: the service.
        placement: where its tasks run, and others may.
        deployment_alarms: what rolls a release back, for each target group.
        log_group: where the service's output goes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        architecture: Architecture,
        network: Network | None,
        registry: Registry,
        github: GitHub,
        prometheus: PrometheusWorkspace | None,
    ) -> None:
        """Create the service in that network.

        Args:
            architecture: of the tasks; the image has to have it.
            network: None takes the existing VPC of the environment.
            prometheus: where a collector beside the service writes metrics; None adds no collector.
        """
        super().__init__(scope, id, environment=environment, description=f"Service of {environment.name}.")
        self._environment, self._alarm_text = environment, text_of(environment, github)
        self._network: Network | ExistingNetwork = network or existing_network(self, environment)
        image = (
            asset_image(self, architecture)
            if environment.image == "asset"
            else registry_image(self, environment, registry, github)
        )
        balancing = load_balancing_of(self, environment, self._network)
        self.ingress, self._certificate = balancing.ingress, balancing.certificate
        task = self._task(image, architecture)
        self.log_group = task.log_group
        if prometheus:
            add_collector(self, environment, task=task, architecture=architecture, prometheus=prometheus)
        if environment.image == "ghcr":
            grant_import_from_github(self, task.execution_role, registry, github)
        if environment.rollout.shifts_traffic:
            self._serve_by_shifting(task)
        else:
            self._serve_by_rolling(task)
        self.placement = TaskPlacement(
            self.web_service.service.cluster, self._network.task_subnets, environment.network.public_addresses
        )
        add_scaling(self, environment.tasks, service=self.web_service.service, targets=self.ingress.targets)
        self._acknowledge(task)
        self._add_outputs()

    def _task(self, image: ServiceImage, architecture: Architecture) -> ServiceTask:
        environment, settings = self._environment, self._environment.task
        return ServiceTask(
            self,
            "Task",
            image=image.image,
            cpu=settings.cpu,
            memory_mib=settings.memory,
            architecture=CPU_ARCHITECTURES[architecture],
            port=settings.port,
            liveness_path=settings.liveness_path,
            health_command=settings.health_command,
            environment={
                **settings.variables,
                "ENVIRONMENT": environment.name,
                "IMAGE_TAG": image.tag,
                **telemetry_variables(environment, image.tag),
                # the load balancer's address is one of these
                "FORWARDED_ALLOW_IPS": str(environment.network.vpc_cidr),
            },
            secrets=ServiceSecrets(self, "Secrets", task=settings).by_variable,
            start_period=Duration.seconds(settings.start_seconds),
            stop_timeout=Duration.seconds(settings.stop_timeout_seconds),
            scratch_paths=(*SCRATCH_PATHS, *(EXEC_SCRATCH_PATHS if settings.exec else ())),
            ephemeral_storage_gib=settings.ephemeral_storage_gib,
            log_retention=log_retention(environment),
            log_removal_policy=removal_policy(environment),
            container_cpu=service_cpu(environment),
        )

    def _alarms(self, id: str, metrics: TargetMetrics) -> DeploymentAlarms:
        rollout = self._environment.rollout
        return DeploymentAlarms(
            self,
            id,
            metrics=metrics,
            error_count=rollout.error_count,
            error_percent=rollout.error_percent,
            p99_seconds=rollout.p99_seconds,
            minimum_requests=rollout.minimum_requests,
            text=self._alarm_text,
        )

    def _serve_by_rolling(self, task: ServiceTask) -> None:
        metrics = TargetMetrics(self.ingress.load_balancer, self.ingress.targets)
        self.metrics: TrafficMetrics = metrics
        self.deployment_alarms: Sequence[DeploymentAlarms] = [self._alarms("DeploymentAlarms", metrics)]
        self.web_service = self._web_service(task)
        self.web_service.service.attach_to_application_target_group(self.ingress.targets)

    def _serve_by_shifting(self, task: ServiceTask) -> None:
        environment, balancer, targets = self._environment, self.ingress.load_balancer, self.ingress.targets
        rollout = environment.rollout
        alternate = self._alternate_targets()
        metrics = TargetMetrics(balancer, targets), TargetMetrics(balancer, alternate)
        self.metrics = CombinedMetrics(*metrics)
        self.deployment_alarms = [
            self._alarms("DeploymentAlarms", metrics[0]),
            self._alarms("AlternateDeploymentAlarms", metrics[1]),
        ]
        production = ProductionRule(
            self, "ProductionRule", listener=self.ingress.listener, targets=targets, alternate_targets=alternate
        )
        assert rollout.test_port is not None  # noqa: S101 - a Rollout that shifts traffic has one
        test = TestListener(
            self,
            "TestListener",
            load_balancer=balancer,
            port=rollout.test_port,
            certificate=self._certificate,
            client_cidrs=[str(cidr) for cidr in rollout.test_cidrs or (environment.network.vpc_cidr,)],
            targets=targets,
            alternate_targets=alternate,
        )
        self.web_service = self._web_service(task)
        TrafficShift(
            self,
            "TrafficShift",
            service=self.web_service.service,
            container=task.container,
            targets=targets,
            alternate_targets=alternate,
            production_rule=production.rule,
            test_rule=test.rule,
        )
        self._add_hook()

    def _alternate_targets(self) -> elbv2.ApplicationTargetGroup:
        return AlternateTargets(
            self,
            "Alternate",
            vpc=self._network.vpc,
            target_port=self._environment.task.port,
            health_path=self._environment.task.readiness_path,
        ).targets

    def _web_service(self, task: ServiceTask) -> WebService:
        environment = self._environment
        web_service = WebService(
            self,
            "WebService",
            cluster=cluster_of(self, environment, self._network.vpc),
            service_name=environment.service_name,
            task_definition=task.definition,
            subnets=self._network.task_subnets,
            assign_public_ip=environment.network.public_addresses,
            desired_count=environment.tasks.count,
            spot_percent=environment.tasks.spot_percent,
            # A target that failed its first checks is healthy only when it has passed several.
            health_check_grace_period=Duration.seconds(environment.task.start_seconds + SECONDS_TO_HEALTHY),
            strategy=strategy_of(environment.rollout),
            deployment_alarms=[alarm for each in self.deployment_alarms for alarm in each.alarms],
            execute_command=environment.task.exec,
        )
        # Else the first tasks may start before their execution role may pull, and the circuit breaker counts them.
        web_service.service.node.add_dependency(task.execution_role)
        return web_service

    def _add_hook(self) -> None:
        rollout, service = self._environment.rollout, self.web_service.service
        if rollout.hook_lambda_arn:
            LambdaHook(self, "Hook", service=service, function_arn=rollout.hook_lambda_arn)
        if rollout.pause:
            PauseHook(self, "Hook", service=service, timeout=Duration.minutes(rollout.pause_timeout_minutes))

    def _add_outputs(self) -> None:
        CfnOutput(self, "Url", value=self.ingress.url)
        CfnOutput(self, "LoadBalancerArn", value=self.ingress.load_balancer.load_balancer_arn)
        CfnOutput(self, "TargetGroupArn", value=self.ingress.targets.target_group_arn)
        CfnOutput(self, "ClusterName", value=self._environment.cluster_name)
        CfnOutput(self, "ServiceName", value=self.web_service.service.service_name)

    def _acknowledge(self, task: ServiceTask) -> None:
        acknowledge(
            task.definition,
            "AwsSolutions-ECS2",
            "Variables are what slipway.toml says in plain text, the image tag and the network's range; what is secret "
            "comes from Secrets Manager or SSM.",
        )
        acknowledge(
            task.execution_role,
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken has no resource type: AWS takes only * for it.",
        )
        if self._environment.task.exec:
            acknowledge(
                task.task_role,
                "AwsSolutions-IAM5[Resource::*]",
                "The four ssmmessages actions that ECS Exec needs have no resource type: AWS takes only * for them.",
            )
            acknowledge_inline_policies(task.task_role)
