"""Whether an image comes from this repository's own pipeline, and is the one that ECS would pull."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from configuration import Configuration, Environment
from operations.aws import connect, explained
from operations.doctor.image import repository
from operations.errors import ExitCode, OperationError
from operations.gateways.ecr import Ecr, RepositoryMissingError
from operations.pipeline import docker
from operations.pipeline.publishing import digest_in
from operations.rollout.release import check_tag

WORKFLOW = ".github/workflows/pipeline.yml"
"""The only one that attests images."""


def verify(
    configuration: Configuration,
    environment: Environment,
    tag: str,
    image: str,
    variables: Mapping[str, str] = os.environ,
) -> None:
    """See that the image's attestation was made by the pipeline, at this commit.

    Args:
        tag: of the image in the registry that the environment's tasks pull from; it has to lead to the same digest.
        image: `REGISTRY/REPOSITORY@DIGEST`, where GitHub's CLI finds it.
        variables: of the process; in GitHub Actions they name the commit. Elsewhere any commit of the environment's
            branch will do.

    Raises:
        OperationError: it was not, the digests differ, or nobody can be asked; nothing was changed.
    """
    check_tag(tag)
    _check_registry(configuration, environment, tag, image)
    _check_attestation(configuration, environment, image, variables.get("GITHUB_SHA", ""))


def _check_registry(configuration: Configuration, environment: Environment, tag: str, image: str) -> None:
    named, digest = image.partition("@")[0], digest_in(image)
    installation = configuration.select([environment.name])
    registry, name = installation.registry, repository(installation, environment)
    aws = connect(installation, environment.model_copy(update={"region": registry.region}))
    try:
        with explained(aws):
            there = Ecr(aws).digest(registry.account, name, tag)
    except RepositoryMissingError:
        there = None
    if there is None and environment.image == "ghcr":  # ECR fetches it with the first task, by its tag
        there = docker.digest(f"{named}:{tag}")
    if there == digest:
        return
    raise OperationError(
        f"the image of {tag} in {name} is {there or 'missing'}, and {digest} was to be deployed",
        fix="Run the pipeline of this commit again: it deploys what ECR has, if that is attested.",
        exit_code=ExitCode.REFUSED,
    )


def _check_attestation(configuration: Configuration, environment: Environment, image: str, commit: str) -> None:
    if shutil.which("gh") is None:
        raise OperationError("gh is not installed", fix="Install GitHub's CLI.", exit_code=ExitCode.REFUSED)
    source = configuration.github.full_name
    words = ["gh", "attestation", "verify", f"oci://{image}", "--repo", source]
    words += ["--signer-workflow", f"{source}/{WORKFLOW}", "--deny-self-hosted-runners"]
    # The commit says more than the branch, which may be another one: develop, whose image main takes over.
    if commit:
        words += ["--source-digest", commit]
    elif environment.branch:
        words += ["--source-ref", f"refs/heads/{environment.branch}"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
    if ended.returncode:
        said = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
        why = said[-1].rstrip(".") if said else "gh does not say why"
        raise OperationError(
            f"{image} is not attested by {WORKFLOW} of {source}: {why}",
            fix="Nothing was changed. Deploy an image that the pipeline has built of this commit.",
            exit_code=ExitCode.REFUSED,
        )
