"""The image of a commit: its tags in GHCR, and its one tag in ECR, which never changes.

The first image that a commit brings to ECR stays the image of that commit. Whoever runs the pipeline of the commit
again builds another one, because no two builds are the same to the byte, and ECR would refuse it under the same tag. So
the tags in GHCR are then given to the first one again, and what is deployed is what was attested before.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from configuration import Configuration
from operations.aws import Aws, connect, explained
from operations.errors import ExitCode, OperationError
from operations.gateways.ecr import Ecr, RepositoryMissingError
from operations.pipeline import docker
from operations.pipeline.plan import environments_of
from operations.rollout.release import check_tag

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Published:
    """The image that a commit's tags lead to.

    Attributes:
        before: whether an earlier run had brought it to ECR.
    """

    digest: str
    before: bool

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {"digest": self.digest, "published": self.before}


class Repository:
    """The ECR repository of slipway.toml."""

    def __init__(self, configuration: Configuration, environment: str = "") -> None:
        """Find it.

        Args:
            environment: `sandbox` for the emulated one; omitted, the repository of all other environments.

        Raises:
            ConfigurationError: the environment is unknown.
            OperationError: there is no environment but the sandbox.
        """
        names = [environment] if environment else [each.name for each in environments_of(configuration)]
        installation = configuration.select(names)
        self._registry = registry = installation.registry
        some = next(iter(installation.environments.values()))
        self._aws: Aws = connect(installation, some.model_copy(update={"region": registry.region}))
        self._ecr = Ecr(self._aws)
        host = f"{registry.account}.dkr.ecr.{registry.region}.amazonaws.com"
        self.uri = f"{host}/{registry.repository}"

    def digest(self, tag: str) -> str | None:
        """The digest of the image of that tag; None if there is none.

        Raises:
            OperationError: there is no repository, or AWS cannot be asked.
        """
        registry = self._registry
        try:
            with explained(self._aws):
                return self._ecr.digest(registry.account, registry.repository, tag)
        except RepositoryMissingError as error:
            raise OperationError(
                f"account {registry.account} has no repository {registry.repository} in {registry.region}",
                fix="Run npx cdk deploy slipway-registry.",
            ) from error


def publish(
    repository: Repository, image: str, *, tag: str, tags: Iterable[str], built: Callable[[], Sequence[str]]
) -> Published:
    """Give the commit's image its tags in GHCR.

    Args:
        image: its name there, without a tag.
        tag: of the commit.
        tags: all of them.
        built: tells the digests of what was just built, one for each processor; asked only if ECR has no image of the
            tag.

    Raises:
        OperationError: a registry refuses, or AWS cannot be asked.
    """
    check_tag(tag)
    known = repository.digest(tag)
    sources = [f"{repository.uri}@{known}"] if known else [f"{image}@{each}" for each in built()]
    docker.tag([f"{image}:{each}" for each in dict.fromkeys([tag, *tags])], sources)
    digest = docker.digest(f"{image}:{tag}")
    if known and digest != known:
        raise OperationError(
            f"{image}:{tag} has the digest {digest}, and ECR's image of that tag {known}",
            fix="Somebody has tagged another image meanwhile: run it again.",
        )
    return Published(digest, before=known is not None)


def copy(repository: Repository, image: str, tag: str) -> None:
    """Bring that image to ECR under the commit's tag.

    Args:
        image: `REGISTRY/REPOSITORY@DIGEST`.

    Raises:
        OperationError: a registry refuses, ECR has another image of that tag, or AWS cannot be asked.
    """
    check_tag(tag)
    digest = digest_in(image)
    refused: OperationError | None = None
    try:
        docker.tag([f"{repository.uri}:{tag}"], [image])
    except OperationError as error:
        refused = error  # another run of the same commit may have been faster: what counts is what is there now
    there = repository.digest(tag)
    if there == digest:
        return
    if there is None and refused:
        raise refused
    raise OperationError(
        f"ECR's image of the tag {tag} is {there or 'missing'}, and not {digest}",
        fix="Another run of the same commit was faster, and its image stays. Run this again: it takes that image.",
        exit_code=ExitCode.REFUSED,
    )


def digests_in(folder: Path) -> list[str]:
    """What the builds left there: a file for each processor, with the digest of its image.

    Raises:
        OperationError: there is none, or a file holds something else.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    digests = [path.read_text(encoding="utf-8", errors="replace").strip() for path in files]
    if not digests or not all(DIGEST.fullmatch(each) for each in digests):
        raise OperationError(
            f"{folder} does not hold the digests of what was built",
            fix="It has to have a file for each processor, with sha256: and 64 hexadecimal digits. What a run keeps of "
            "them is gone after a week: run all of its jobs again.",
            exit_code=ExitCode.BAD_INPUT,
        )
    return digests


def digest_in(image: str) -> str:
    """The digest in `REGISTRY/REPOSITORY@DIGEST`.

    Raises:
        OperationError: there is none.
    """
    digest = image.partition("@")[2]
    if not DIGEST.fullmatch(digest):
        raise OperationError(
            f"{image!r} does not name an image by its digest",
            fix="Write REGISTRY/REPOSITORY@sha256: and 64 hexadecimal digits.",
            exit_code=ExitCode.BAD_INPUT,
        )
    return digest
