"""Images in registries, by Docker's buildx: no layer passes through this machine."""

import json
import shutil
import subprocess
from collections.abc import Sequence

from operations.errors import OperationError


def tag(names: Sequence[str], sources: Sequence[str]) -> None:
    """Give these images in one registry that name each, in whichever registries; several become one index.

    A single source that is an index already keeps its digest. Attestations of BuildKit come along.

    Args:
        names: `REGISTRY/REPOSITORY:TAG` each.
        sources: `REGISTRY/REPOSITORY@DIGEST` each.

    Raises:
        OperationError: buildx is not installed, or a registry refuses.
    """
    _imagetools("create", *(word for name in names for word in ("--tag", name)), *sources)


def digest(name: str) -> str:
    """The digest of the image of that name.

    Raises:
        OperationError: buildx is not installed, or there is no such image.
    """
    told = _imagetools("inspect", name, "--format", "{{json .Manifest}}")
    try:
        return str(json.loads(told)["digest"])
    except (ValueError, KeyError, TypeError) as error:
        raise OperationError(
            f"docker buildx does not say the digest of {name}: {told.strip()[:200] or 'nothing'}",
            fix="Try again; a newer buildx may be needed.",
        ) from error


def _imagetools(*words: str) -> str:
    if shutil.which("docker") is None:
        raise OperationError("docker is not installed", fix="Install Docker with its plugin buildx.")
    ended = subprocess.run(
        ["docker", "buildx", "imagetools", *words], capture_output=True, text=True, check=False, errors="replace"
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        raise OperationError(
            f"docker buildx imagetools {words[0]} failed: {said[-1].rstrip('.') if said else 'it does not say why'}",
            fix="See that this shell is signed in to both registries with docker login.",
        )
    return ended.stdout
