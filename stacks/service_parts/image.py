"""Which image the tasks of an environment run, and what pulls it."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import CfnParameter, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from configuration import Environment
from configuration.github import GitHub
from configuration.registry import Registry
from configuration.stack_names import release_parameter
from configuration.types import Architecture
from slipway_constructs.images.github_image_cache import cached_repository
from slipway_constructs.releases.release_record import ReleaseRecord
from stacks.architectures import IMAGE_PLATFORMS

SERVICE_DIRECTORY = Path(__file__).parents[2] / "service"
IMAGE_TAG_PATTERN = "sha-[0-9a-f]{7,40}"


@dataclass(frozen=True)
class ServiceImage:
    """An image, and what the service reports as its tag."""

    image: ecs.ContainerImage
    tag: str


def asset_image(stack: Stack, architecture: Architecture) -> ServiceImage:
    """The image that CDK builds of `service/` and names by its content."""
    asset = ecr_assets.DockerImageAsset(
        stack,
        "Image",
        directory=str(SERVICE_DIRECTORY),
        platform=IMAGE_PLATFORMS[architecture],
        exclude=[".venv", "tests", "**/__pycache__", ".*_cache", ".coverage"],
    )
    return ServiceImage(ecs.ContainerImage.from_docker_image_asset(asset), asset.asset_hash)


def registry_image(stack: Stack, environment: Environment, registry: Registry, github: GitHub) -> ServiceImage:
    """The image of the registry whose tag is the parameter `ImageTag`; each tag that is deployed is recorded."""
    tag = CfnParameter(
        stack,
        "ImageTag",
        description="The release: an image tag. Deploying without it keeps the running image.",
        allowed_pattern=f"^{IMAGE_TAG_PATTERN}$",
        constraint_description="must be sha- and 7 to 40 hexadecimal digits of the commit",
    ).value_as_string
    released_by = CfnParameter(
        stack,
        "ReleasedBy",
        default="unknown",
        description="Who released the image, for the history of releases.",
        max_length=200,
    ).value_as_string
    ReleaseRecord(
        stack,
        "Release",
        parameter_name=release_parameter(environment.name),
        image_tag=tag,
        released_by=released_by,
    )
    name = _repository_name(environment, registry, github)
    repository = ecr.Repository.from_repository_attributes(
        stack, "Repository", repository_name=name, repository_arn=_repository_arn(stack, registry, name)
    )
    return ServiceImage(ecs.ContainerImage.from_ecr_repository(repository, tag), tag)


def grant_import_from_github(stack: Stack, execution_role: iam.Role, registry: Registry, github: GitHub) -> None:
    """The first pull of a tag has ECR fetch it, and the first of all has it create the repository."""
    execution_role.add_to_policy(
        iam.PolicyStatement(
            actions=["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
            resources=[_repository_arn(stack, registry, cached_repository(github.full_name))],
        )
    )


def _repository_name(environment: Environment, registry: Registry, github: GitHub) -> str:
    return cached_repository(github.full_name) if environment.image == "ghcr" else registry.repository


def _repository_arn(stack: Stack, registry: Registry, name: str) -> str:
    return stack.format_arn(
        service="ecr", account=registry.account, region=registry.region, resource="repository", resource_name=name
    )
