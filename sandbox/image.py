"""The service's image: its tag, and how it gets to where the emulated ECS looks for it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from operations.aws import Aws
from operations.gateways.ecr import Ecr
from sandbox.engine import Engine
from sandbox.workspace import PROJECT, Workspace

SERVICE = PROJECT / "service"
INPUTS = ("Dockerfile", ".dockerignore", "pyproject.toml", "poetry.lock", "app")
"""What the image is made of; the tag is a digest of just these."""

DIGITS = 12


def tag_of(service: Path = SERVICE) -> str:
    """`sha-` and the first digits of a digest of the image's inputs: the same sources have the same tag.

    Args:
        service: the folder; omitted, this project's `service/`.
    """
    digest = hashlib.sha256()
    for path in sorted(path for name in INPUTS for path in _files(service / name)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(service).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return f"sha-{digest.hexdigest()[:DIGITS]}"


class ServiceImage:
    """The service's image under the names by which engine, registry and ECS know it.

    Attributes:
        tag: as the stack parameter ImageTag takes it.
        uri: as the task definition names it.
    """

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self._engine = engine
        self.tag = tag_of()
        environment = workspace.environment
        self._repository = repository = workspace.configuration.registry.repository
        self.uri = f"{environment.account}.dkr.ecr.{environment.region}.amazonaws.com/{repository}:{self.tag}"
        self._pushed_as = f"localhost:{workspace.port}/{repository}:{self.tag}"

    @property
    def built(self) -> bool:
        """Whether the engine has it."""
        return self._engine.has(self.uri)

    def build(self, say: Callable[[str], None]) -> None:
        """Build it.

        Raises:
            OperationError: the build fails.
        """
        self._engine.build(SERVICE, self.uri, arguments={"IMAGE_TAG": self.tag}, say=say)

    def pushed(self, aws: Aws) -> bool:
        """Whether the emulated ECR has it."""
        return Ecr(aws).has(self._repository, self.tag)

    def push(self) -> None:
        """Push it to the emulated ECR; ECS itself takes the image from the engine.

        Raises:
            OperationError: the registry does not take it.
        """
        self._engine.tag(self.uri, self._pushed_as)
        try:
            self._engine.push(self._pushed_as)
        finally:
            self._engine.untag(self._pushed_as)  # else each port a sandbox ever had leaves a name


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.exists() else []
    return [each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts]
