"""Whether the image is there, and built for the tasks' processor."""

import platform
from collections.abc import Iterable

from configuration import SANDBOX, Configuration, Environment
from operations.aws import Aws
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step, Subject
from operations.gateways.ecr import PLATFORMS, Ecr, RepositoryMissingError

NAME = "image"


def step(subject: Subject, registry_aws: Aws) -> Step:
    """Look for the image of the subject's tag.

    Args:
        registry_aws: the region of the registry.
    """
    registry = subject.installation.registry
    gateway = Ecr(registry_aws)

    def run() -> Iterable[Check]:
        if subject.environment.image == "asset":
            yield Check.ok(NAME, "CDK builds and pushes it with every deployment")
        elif subject.image_tag is None:
            yield Check.warn(NAME, warnings.NO_TAG)
        else:
            name = repository(subject.installation, subject.environment)
            yield _look(subject, gateway, registry.account, name, subject.image_tag)

    return Step(NAME, run)


def repository(installation: Configuration, environment: Environment) -> str:
    """The ECR repository that the environment's tasks pull from."""
    if environment.image == "ghcr":
        return f"ghcr/{installation.github.full_name.lower()}"  # slipway_constructs.images.github_image_cache
    return installation.registry.repository


def wanted_platform(subject: Subject) -> str:
    """The processor of the tasks, as images call it.

    It is that of the deployed tasks; before the first deployment, what slipway.toml says, or the default that `app.py`
    gives: this machine's in the sandbox, otherwise arm64.
    """
    if subject.task and subject.task.architecture:
        return PLATFORMS.get(subject.task.architecture, subject.task.architecture)
    if subject.environment.task.architecture:
        return PLATFORMS[subject.environment.task.architecture]
    machine = platform.machine().lower() if subject.environment.name == SANDBOX else "arm64"
    return "arm64" if machine in {"arm64", "aarch64"} else "amd64"


def _look(subject: Subject, gateway: Ecr, account: str, repository: str, tag: str) -> Check:
    try:
        digest = gateway.digest(account, repository, tag)
    except RepositoryMissingError:
        digest = None
        if subject.environment.image == "ecr":
            deploy = subject.deploy("slipway-registry")
            advice = failures.REPOSITORY_MISSING.about(repository=repository, account=account, deploy=deploy)
            return Check.fail(NAME, advice)
    if digest is None and subject.environment.image == "ghcr":
        upstream = subject.installation.github.full_name.lower()
        return Check.warn(NAME, warnings.NOT_CACHED_YET.about(repository=repository, tag=tag, upstream=upstream))
    if digest is None:
        region = subject.installation.registry.region
        advice = failures.IMAGE_MISSING.about(repository=repository, tag=tag, account=account, region=region)
        return Check.fail(NAME, advice)
    built = _built_for(gateway, account, repository, digest)
    return judge(tag, digest, built, wanted_platform(subject))


def _built_for(gateway: Ecr, account: str, repository: str, digest: str) -> set[str] | str:
    """The processors that the image was built for, or why they cannot be told."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - takes longer to import than `slipway --help` may run

    try:
        return gateway.architectures(account, repository, digest) or "it does not say"
    except ClientError as error:
        return f"{error.operation_name} was refused with {error.response['Error'].get('Code', 'an error')}"
    except (OSError, ValueError) as error:
        return f"its configuration cannot be downloaded: {str(error).rstrip('.')}"


def judge(tag: str, digest: str, built: set[str] | str, wanted: str) -> Check:
    """Whether tasks can run the image.

    Args:
        built: the processors that it was built for, or why they cannot be told.
        wanted: the processor of the tasks.
    """
    if isinstance(built, str):
        return Check.warn(NAME, warnings.ARCHITECTURE_UNKNOWN.about(tag=tag, why=built, wanted=wanted))
    if wanted not in built:
        advice = failures.IMAGE_ARCHITECTURE.about(tag=tag, built=" and ".join(sorted(built)), wanted=wanted)
        return Check.fail(NAME, advice)
    return Check.ok(NAME, f"{tag} is there for {wanted}: {digest[:19]}")
