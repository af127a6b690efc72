"""Variants of the service's image: the one that serves with one layer more, under a tag of its own."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from operations.aws import connect
from operations.errors import OperationError
from sandbox.engine import Engine
from sandbox.image import tag_of
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

SERVED = "app.main:app"
"""The word of the image's command that names the application."""

EXECUTABLE = 0o755


@dataclass(frozen=True)
class Layer:
    """What a variant has beyond the image that it is made of.

    Attributes:
        instructions: of the Dockerfile, after its FROM.
        files: that the instructions copy, by their names.
        words: of the image's command that are replaced by others, each by its name.
    """

    instructions: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


GOOD = Layer("LABEL variant=good")


def running(*command: str) -> Layer:
    """A variant that runs this in place of the server."""
    return Layer(f"CMD {json.dumps(command)}")


def wrapped(application: str) -> Layer:
    """A variant whose server serves the object `app` of this module's text, which may import the service's own."""
    return Layer(
        "COPY --chmod=0555 variant.py variant.py",
        files={"variant.py": application.encode()},
        words={SERVED: "variant:app"},
    )


def missing_tag() -> str:
    """A tag that no image has yet."""
    return f"sha-{uuid.uuid4().hex[:12]}"


class Variants:
    """Builds them, and removes what it has built.

    Attributes:
        made: the tags of all that were begun, also of those that were removed since.
    """

    def __init__(self, workspace: Workspace, engine: Engine, base: str | None = None) -> None:
        """Build none yet.

        Args:
            base: the tag of the image that they are made of; omitted, that of the service as it lies in its folder.
        """
        environment = workspace.environment
        self._workspace, self._engine = workspace, engine
        self._repository = workspace.configuration.registry.repository
        self._registry = f"{environment.account}.dkr.ecr.{environment.region}.amazonaws.com"
        self._base = base or tag_of()
        self._pushed: list[str] = []
        self.made: list[str] = []

    def uri(self, tag: str) -> str:
        """The image of that tag as task definitions name it, and the engine."""
        return f"{self._registry}/{self._repository}:{tag}"

    def push(self, layer: Layer = GOOD) -> str:
        """The tag of a new image with that layer, which ECR and the engine know.

        Raises:
            OperationError: it cannot be built or pushed.
        """
        tag, base = missing_tag(), self.uri(self._base)
        pushed_as = f"localhost:{self._workspace.port}/{self._repository}:{tag}"
        with TemporaryDirectory() as folder:
            for name, content in layer.files.items():
                Path(folder, name).write_bytes(content)
                Path(folder, name).chmod(EXECUTABLE)
            lines = [f"FROM {base}", layer.instructions, self._command(base, layer.words)]
            Path(folder, "Dockerfile").write_text("\n".join(filter(None, lines)) + "\n")
            self.made.append(tag)
            self._remember([*self._pushed, tag])  # first: whoever interrupts the build finds it removed
            self._engine.build(Path(folder), self.uri(tag), arguments={}, say=lambda _: None)
        self._engine.tag(self.uri(tag), pushed_as)
        try:
            self._engine.push(pushed_as)
        finally:
            self._engine.untag(pushed_as)
        return tag

    def remove(self, *tags: str) -> None:
        """Remove these from the engine and from ECR; omitted, all that were pushed."""
        for tag in tags or tuple(self._pushed):
            if self._engine.has(self.uri(tag)):
                self._engine.untag(self.uri(tag))
            self._ecr().batch_delete_image(repositoryName=self._repository, imageIds=[{"imageTag": tag}])
            self._remember([each for each in self._pushed if each != tag])

    def _remember(self, tags: list[str]) -> None:
        kept = [uri for uri in _remembered(self._workspace) if uri not in map(self.uri, self._pushed)]
        self._pushed = tags
        self._workspace.remember(variants=[*kept, *map(self.uri, tags)] or None)

    def _ecr(self) -> "ECRClient":
        client: ECRClient = connect(self._workspace.configuration, self._workspace.environment).client("ecr")
        return client

    def _command(self, base: str, words: Mapping[str, str]) -> str:
        if not words:
            return ""
        command = self._engine.command(base)
        if missing := [word for word in words if word not in command]:
            raise OperationError(
                f"the command of {base} has no word {missing[0]!r}: {' '.join(command)}",
                fix="Correct service/Dockerfile, or what sandbox/ expects of it.",
            )
        return f"CMD {json.dumps([words.get(word, word) for word in command])}"


def remove_left(workspace: Workspace, engine: Engine) -> None:
    """Remove the variants from the engine that somebody has built for that workspace and could not remove."""
    for uri in _remembered(workspace):
        if engine.has(uri):
            engine.untag(uri)
    workspace.remember(variants=None)


def _remembered(workspace: Workspace) -> list[str]:
    remembered: list[str] = workspace.state().get("variants", [])
    return remembered
