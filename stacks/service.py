"""The service of one environment, and what carries traffic to it."""

from pathlib import Path

from aws_cdk import CfnOutput, CfnParameter, Duration, Stack
from aws_cdk import Environment as CdkEnvironment
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from configuration import Environment
from configuration.github import GitHub
from configuration.registry import Registry
from configuration.stack_names import release_parameter, service
from configuration.types import Architecture
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.deployment_alarms import DeploymentAlarms
from slipway_constructs.existing_network import ExistingNetwork
from slipway_constructs.github_image_cache import cached_repository
from slipway_constructs.ingress import Ingress
from slipway_constructs.network import Network
from slipway_constructs.release_record import ReleaseRecord
from slipway_constructs.scaling import TaskScaling
from slipway_constructs.target_metrics import TargetMetrics
from slipway_constructs.web_service import WebService
from stacks.network import existing_network
from stacks.retention import log_retention, removal_policy

SERVICE_DIRECTORY = Path(__file__).parent.parent / "service"
PORT = 8000
LIVENESS_PATH = "/health/live"
READINESS_PATH = "/health/ready"
IMAGE_TAG_PATTERN = "sha-[0-9a-f]{7,40}"

CPU_ARCHITECTURES = {"arm64": ecs.CpuArchitecture.ARM64, "x86_64": ecs.CpuArchitecture.X86_64}
IMAGE_PLATFORMS = {"arm64": ecr_assets.Platform.LINUX_ARM64, "x86_64": ecr_assets.Platform.LINUX_AMD64}


class ServiceStack(Stack):
    """Cluster, load balancer, service, scaling and the alarms that roll a release back.

    Attributes:
        ingress: load balancer and target group.
        metrics: what the load balancer measures.
        web_service: task definition and service.
        deployment_alarms: what rolls a release back.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: CdkEnvironment,
        environment: Environment,
        architecture: Architecture,
        network: Network | None,
        registry: Registry,
        github: GitHub,
    ) -> None:
        """Create the service in that network.

        Args:
            architecture: of the tasks; the image has to have it.
            network: the environment's own; None takes its existing VPC.
        """
        super().__init__(
            scope, id, stack_name=service(environment.name), env=env, description=f"Service of {environment.name}."
        )
        location = network or existing_network(self, environment)
        self.ingress = self._ingress(environment, location)
        self.metrics = TargetMetrics(self.ingress.load_balancer, self.ingress.targets)
        self.deployment_alarms = DeploymentAlarms(self, "DeploymentAlarms", metrics=self.metrics)
        cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=environment.cluster_name,
            vpc=location.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )
        image, tag = self._image(environment, architecture, registry, github)
        self.web_service = WebService(
            self,
            "WebService",
            cluster=cluster,
            service_name=environment.service_name,
            image=image,
            port=PORT,
            liveness_path=LIVENESS_PATH,
            environment={
                "ENVIRONMENT": environment.name,
                "IMAGE_TAG": tag,
                "FORWARDED_ALLOW_IPS": str(environment.network.vpc_cidr),  # the load balancer's address is one of these
            },
            cpu=environment.task.cpu,
            memory_mib=environment.task.memory,
            architecture=CPU_ARCHITECTURES[architecture],
            subnets=location.task_subnets,
            assign_public_ip=environment.network.public_addresses,
            deployment_alarms=self.deployment_alarms.alarms,
            log_retention=log_retention(environment),
            log_removal_policy=removal_policy(environment),
        )
        if environment.image == "ghcr":
            self._grant_import_from_github(registry, github)
        self.web_service.service.attach_to_application_target_group(self.ingress.targets)
        TaskScaling(
            self,
            "Scaling",
            service=self.web_service.service,
            min_tasks=environment.tasks.min,
            max_tasks=environment.tasks.max,
        )
        self._acknowledge()
        CfnOutput(self, "Url", value=self.ingress.url)
        CfnOutput(self, "LoadBalancerArn", value=self.ingress.load_balancer.load_balancer_arn)
        CfnOutput(self, "TargetGroupArn", value=self.ingress.targets.target_group_arn)
        CfnOutput(self, "ClusterName", value=cluster.cluster_name)
        CfnOutput(self, "ServiceName", value=self.web_service.service.service_name)

    def _ingress(self, environment: Environment, location: Network | ExistingNetwork) -> Ingress:
        arn = environment.load_balancer.certificate_arn
        return Ingress(
            self,
            "Ingress",
            vpc=location.vpc,
            subnets=location.public_subnets,
            target_port=PORT,
            health_path=READINESS_PATH,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", arn) if arn else None,
            host=environment.load_balancer.domain,
            private_paths=environment.load_balancer.private_paths,
            deletion_protection=environment.deletion_protection,
            access_log_retention=Duration.days(environment.load_balancer.access_log_days),
            removal_policy=removal_policy(environment),
        )

    def _image(
        self, environment: Environment, architecture: Architecture, registry: Registry, github: GitHub
    ) -> tuple[ecs.ContainerImage, str]:
        """The image and the tag that the service reports."""
        if environment.image == "asset":
            return self._image_asset(architecture)
        tag = CfnParameter(
            self,
            "ImageTag",
            description="The release: an image tag. Deploying without it keeps the running image.",
            allowed_pattern=f"^{IMAGE_TAG_PATTERN}$",
            constraint_description="must be sha- and 7 to 40 hexadecimal digits of the commit",
        ).value_as_string
        repository = self._repository(environment, registry, github)
        self._record(environment, tag)
        return ecs.ContainerImage.from_ecr_repository(repository, tag), tag

    def _record(self, environment: Environment, tag: str) -> None:
        released_by = CfnParameter(
            self,
            "ReleasedBy",
            default="unknown",
            description="Who released the image, for the history of releases.",
            max_length=200,
        ).value_as_string
        ReleaseRecord(
            self,
            "Release",
            parameter_name=release_parameter(environment.name),
            image_tag=tag,
            released_by=released_by,
        )

    def _repository(self, environment: Environment, registry: Registry, github: GitHub) -> ecr.IRepository:
        name = cached_repository(github.full_name) if environment.image == "ghcr" else registry.repository
        return ecr.Repository.from_repository_attributes(
            self, "Repository", repository_name=name, repository_arn=self._repository_arn(registry, name)
        )

    def _repository_arn(self, registry: Registry, name: str) -> str:
        return self.format_arn(
            service="ecr", account=registry.account, region=registry.region, resource="repository", resource_name=name
        )

    def _grant_import_from_github(self, registry: Registry, github: GitHub) -> None:
        """The first pull of a tag has ECR fetch it, and the first of all has it create the repository."""
        self.web_service.task_definition.obtain_execution_role().add_to_principal_policy(
            iam.PolicyStatement(
                actions=["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
                resources=[self._repository_arn(registry, cached_repository(github.full_name))],
            )
        )

    def _image_asset(self, architecture: Architecture) -> tuple[ecs.ContainerImage, str]:
        asset = ecr_assets.DockerImageAsset(
            self,
            "Image",
            directory=str(SERVICE_DIRECTORY),
            platform=IMAGE_PLATFORMS[architecture],
            exclude=[".venv", "tests", "**/__pycache__", ".*_cache", ".coverage"],
        )
        return ecs.ContainerImage.from_docker_image_asset(asset), asset.asset_hash

    def _acknowledge(self) -> None:
        acknowledge(
            self.ingress.load_balancer,
            "AwsSolutions-EC23",
            "A public website: its load balancer takes traffic from everywhere, on its listeners' ports only.",
        )
        acknowledge(
            self.ingress.access_logs,
            "AwsSolutions-S1",
            "The bucket holds access logs; logging access to it would need another such bucket.",
        )
        acknowledge(
            self.web_service.task_definition,
            "AwsSolutions-ECS2",
            "The variables are the environment's name, the image tag and the network's range: no secrets.",
        )
        acknowledge(
            self.web_service.task_definition.obtain_execution_role(),
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken has no resource type: AWS takes only * for it.",
        )
