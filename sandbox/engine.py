"""The container engine, if the machine has one."""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.errors import OperationError
from sandbox.docker_client import engine_client
from sandbox.programs import run

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container

NOWHERE = "unix:///nonexistent/docker.sock"
"""A DOCKER_HOST at which nobody answers: it makes the emulator simulate the containers."""

LISTING = 10.0
"""Seconds in which images have to be listed: podman 4.3 answers with an error while one of them is being removed."""

GLANCE = 0.2
"""Seconds between two attempts at it."""


class Engine:
    """A Docker-compatible engine that answers.

    Attributes:
        host: as DOCKER_HOST takes it.
    """

    def __init__(self, host: str, client: "docker.DockerClient") -> None:
        self.host = host
        self._client = client

    @classmethod
    def find(cls, say: Callable[[str], None] = lambda _: None) -> "Engine | None":
        """The first engine that answers where Docker and podman listen; None if there is none.

        Args:
            say: told why each place where one was expected did not do.
        """
        from docker.errors import DockerException  # noqa: PLC0415 - not needed to stop a sandbox without containers

        for host in _hosts():
            try:
                client = engine_client(host)
                client.ping()
            except DockerException as error:
                say(f"No container engine at {host}: {error}")
                continue
            return cls(host, client)
        return None

    def behind(self, host: str) -> "Engine":
        """The same engine, where those who are told of it reach it at another place.

        Args:
            host: as DOCKER_HOST takes it.
        """
        return Engine(host, self._client)

    def has(self, image: str) -> bool:
        """Whether the engine has that image."""
        from docker.errors import ImageNotFound  # noqa: PLC0415 - as above

        try:
            self._client.images.get(image)
        except ImageNotFound:
            return False
        return True

    def command(self, image: str) -> list[str]:
        """What a container of that image runs, in words."""
        configured: list[str] = self._client.images.get(image).attrs["Config"].get("Cmd") or []
        return configured

    def names(self, repository: str) -> set[str]:
        """The names of all images of that repository, tags included."""
        images = self._images(repository)
        return {name for image in images for name in image.tags if name.startswith(f"{repository}:")}

    def _images(self, repository: str) -> list[Any]:
        from docker.errors import APIError  # noqa: PLC0415 - as above

        deadline = time.monotonic() + LISTING
        while True:
            try:
                return self._client.images.list(name=repository)
            except APIError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(GLANCE)

    @property
    def version(self) -> str:
        """Its name and version, such as `Podman Engine 4.3.1`."""
        told = self._client.version()
        name = next((each["Name"] for each in told.get("Components") or []), "Docker Engine")
        return f"{'Docker Engine' if name == 'Engine' else name} {told['Version']}"

    def build(self, folder: Path, image: str, *, arguments: dict[str, str], say: Callable[[str], None]) -> None:
        """Build the Dockerfile in that folder.

        Raises:
            OperationError: neither docker nor podman is there to build with, or the build fails.
        """
        # docker-py cannot drive BuildKit, which the Dockerfile's cache mounts need on Docker's own engine.
        builder = next((name for name in ("docker", "podman") if shutil.which(name)), "docker")
        run(
            [
                *(builder, "build", "--tag", image),
                *(word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")),
                str(folder),
            ],
            doing="build the service's image",
            fix=f"Run {builder} build {folder} and mend what it says.",
            say=say,
            environment=os.environ | {"DOCKER_HOST": self.host},
            folder=folder,
        )

    def tag(self, image: str, name: str) -> None:
        """Give the image one more name, tag included.

        Raises:
            OperationError: the engine does not have the image or refuses the name.
        """
        from docker.errors import DockerException  # noqa: PLC0415 - as above

        repository, _, tag = name.rpartition(":")
        try:
            self._client.images.get(image).tag(repository, tag=tag)
        except DockerException as error:
            raise OperationError(f"cannot tag {image}: {error}", fix="See that the engine is healthy.") from error

    def untag(self, name: str) -> None:
        """Take that name from its image, which keeps its others."""
        self._client.images.remove(name, noprune=True)

    def push(self, image: str) -> None:
        """Push to the registry that the image's name begins with, over plain HTTP.

        Raises:
            OperationError: the registry does not take it.
        """
        # docker-py has no way to say tlsVerify, without which podman insists on HTTPS even on localhost; Docker ignores
        # the word.
        name, _, tag = image.rpartition(":")
        api = self._client.api
        answer = api.post(
            f"{api.base_url}/v{api.api_version}/images/{name}/push",
            params={"tag": tag, "tlsVerify": "false"},
            headers={"X-Registry-Auth": base64.urlsafe_b64encode(b"{}").decode()},
            stream=True,
        )
        for event in _events(answer.iter_lines()):
            if "error" in event:
                raise OperationError(
                    f"cannot push {image}: {event['error']}",
                    fix="See that the engine reaches this machine's localhost.",
                )
        if not answer.ok:
            raise OperationError(f"cannot push {image}: HTTP {answer.status_code}", fix="Run make down and make up.")

    def containers(self, port: int) -> "list[Container]":
        """The containers, running or not, of the emulator at that port of this machine."""
        # MiniStack's own mark on what it starts: the host and port that it serves at.
        label = f"ministack.instance={socket.gethostname()}:{port}"
        return self._client.containers.list(all=True, ignore_removed=True, filters={"label": label})


def _hosts() -> Iterator[str]:
    if host := os.environ.get("DOCKER_HOST"):
        yield host
        return
    if shutil.which("docker"):
        described = subprocess.run(
            ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if described.returncode == 0 and described.stdout.strip():
            yield described.stdout.strip()
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    for path in ("/var/run/docker.sock", f"{runtime}/podman/podman.sock", "/run/podman/podman.sock"):
        if Path(path).exists():
            yield f"unix://{path}"


def _events(lines: Iterator[bytes]) -> Iterator[dict[str, object]]:
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(event, dict):
            yield event
