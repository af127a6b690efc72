"""Builds the image and runs it, with whatever engine the `docker` command speaks to."""

import json
import shutil
import subprocess
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.server import VISITOR, wait_for

HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
"""How the task definition runs the container."""


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run docker, and fail with what it said unless `check` is off."""
    result = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0 or not check, f"docker {' '.join(arguments)}: {result.stdout}{result.stderr}"
    return result


def engine_answers() -> bool:
    """Whether there is a docker command and an engine behind it."""
    found = shutil.which("docker")
    return found is not None and subprocess.run([found, "info"], capture_output=True, check=False).returncode == 0


@contextmanager
def built_image(context: Path) -> Generator[str]:
    """Build a folder's image under a name of its own, and remove it in the end."""
    name = f"slipway-service-test:{uuid.uuid4().hex}"
    docker("build", "--build-arg=IMAGE_TAG=sha-4f1c", f"--tag={name}", str(context))
    try:
        yield name
    finally:
        docker("rmi", "--force", name)


def layers(image: str) -> list[str]:
    """The digests of an image's layers, the base's first."""
    found: list[str] = json.loads(docker("image", "inspect", "--format={{json .RootFS.Layers}}", image).stdout)
    return found


@dataclass(frozen=True)
class Container:
    """A running container whose service is ready."""

    name: str
    port: int

    @property
    def url(self) -> str:
        """Where the service answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container, whether it succeeds or not."""
        return docker("exec", self.name, *words, check=False)

    def exit_code(self) -> int | None:
        """The first process's exit code. None while it runs."""
        running, code = docker("inspect", "--format={{.State.Running}} {{.State.ExitCode}}", self.name).stdout.split()
        return None if running == "true" else int(code)


@contextmanager
def started_container(
    image: str,
    *options: str,
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] = (),
) -> Generator[Container]:
    """Start a container, wait until its service is ready, and remove it in the end.

    Args:
        image: The image to run.
        options: Options of `docker run`.
        environment: Variables of the container. None when omitted.
        command: What to run in place of the image's own command.
    """
    name = f"slipway-service-test-{uuid.uuid4().hex}"
    variables = [f"--env={variable}={value}" for variable, value in (environment or {}).items()]
    try:
        docker("run", "--detach", f"--name={name}", "--publish=127.0.0.1::8000", *options, *variables, image, *command)
        port = docker("port", name, "8000/tcp").stdout.strip().rpartition(":")[2]
        container = Container(name, int(port))
        wait_for(lambda: _is_ready(container))
        yield container
    finally:
        docker("rm", "--force", name, check=False)


def _is_ready(container: Container) -> bool:
    try:
        return VISITOR.get(f"{container.url}/health/ready").is_success
    except httpx2.TransportError:
        assert container.exit_code() is None, docker("logs", container.name).stderr
        return False
