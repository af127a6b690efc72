"""Images for releases: the service's own with one more layer, under a tag of its own."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.engine import Engine
from sandbox.image import tag_of
from sandbox.workspace import Workspace
from tests.end_to_end.conftest import Sandbox

LAST_WORDS = "cannot reach the database"
CRASH = f'CMD ["python", "-c", "print(\'{LAST_WORDS}\', flush=True); raise SystemExit(3)"]'
DEAF = 'CMD ["python", "-c", "import time; time.sleep(600)"]'
"""It runs and never answers, so that its rollout goes on until the load balancer gives its first tasks up."""
GOOD = "LABEL variant=good"


@dataclass(frozen=True)
class Images:
    """Builds such images."""

    sandbox: Sandbox
    engine: Engine

    def push(self, layer: str = GOOD) -> str:
        """The tag of a new image with that layer, which ECR and the engine know."""
        workspace = Workspace.of(self.sandbox.configuration)
        environment, repository = workspace.environment, workspace.configuration.registry.repository
        registry = f"{environment.account}.dkr.ecr.{environment.region}.amazonaws.com"
        tag = missing_tag()
        name, pushed_as = f"{registry}/{repository}:{tag}", f"localhost:{workspace.port}/{repository}:{tag}"
        with TemporaryDirectory() as folder:
            Path(folder, "Dockerfile").write_text(f"FROM {registry}/{repository}:{tag_of()}\n{layer}\n")
            self.engine.build(Path(folder), name, arguments={}, say=lambda _: None)
        self.sandbox.images.append(name)
        self.engine.tag(name, pushed_as)
        try:
            self.engine.push(pushed_as)
        finally:
            self.engine.untag(pushed_as)
        return tag


def missing_tag() -> str:
    """A tag that no image has yet."""
    return f"sha-{uuid.uuid4().hex[:12]}"
