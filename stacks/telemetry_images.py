"""The images that collect telemetry and show it: public ones, with this project's files, in the account's registry."""

from pathlib import Path

from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from configuration.types import Architecture
from stacks.architectures import IMAGE_PLATFORMS

OBSERVABILITY = Path(__file__).parent.parent / "observability"


def telemetry_image(
    scope: Construct, id: str, *, folder: str, architecture: Architecture, exclude: list[str] | None = None
) -> ecs.ContainerImage:
    """The image that CDK builds of a folder of `observability/` and names by its content.

    Args:
        exclude: what belongs to no image; omitted, nothing.
    """
    asset = ecr_assets.DockerImageAsset(
        scope,
        id,
        directory=str(OBSERVABILITY / folder),
        platform=IMAGE_PLATFORMS[architecture],
        exclude=exclude,
    )
    return ecs.ContainerImage.from_docker_image_asset(asset)


def collector_image(scope: Construct, architecture: Architecture) -> ecs.ContainerImage:
    """That of the collector, whose configuration is not in it."""
    return telemetry_image(scope, "CollectorImage", folder="collector", architecture=architecture, exclude=["*.yaml"])


def collector_configuration(name: str) -> str:
    """What the collector beside the service, or beside Jaeger, reads; places are left open in it."""
    return (OBSERVABILITY / "collector" / f"{name}.yaml").read_text(encoding="utf-8")
