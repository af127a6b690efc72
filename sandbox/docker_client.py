"""Clients of a container engine that agree with it on a version of Docker's API by a ping.

docker-py asks for `/version` instead. Debian's podman then asks dpkg which packages its programs are of, twice: 0.35 s
of a processor (podman 4.3.1, measured), again for each client. A ping is answered at once, and has the same version in
a header (Docker Engine API, "Ping").
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import docker

ANSWER_SECONDS = 60
"""In which an engine has to answer."""


def engine_client(host: str) -> "docker.DockerClient":
    """A client of the engine at that host.

    Args:
        host: as DOCKER_HOST takes it.

    Raises:
        docker.errors.DockerException: no engine answers there.
    """
    import docker  # noqa: PLC0415 - a sandbox without containers does not need it

    version = _spoken(docker.DockerClient, base_url=host)
    return docker.DockerClient(base_url=host, timeout=ANSWER_SECONDS, version=version)


def ping_first() -> None:
    """Let `docker.from_env` of this process ping, and do so once: MiniStack makes a client for each of its services."""
    import docker  # noqa: PLC0415 - as above

    from_environment = docker.from_env
    spoken = cache(lambda: _spoken(from_environment))

    def pinging(version: str | None = None, **options: Any) -> "docker.DockerClient":
        return from_environment(version=version or spoken(), **options)

    docker.from_env = pinging


def _spoken(make: Callable[..., "docker.DockerClient"], **options: Any) -> str | None:
    """The version that the engine speaks; None, with which docker-py asks it itself, if it does not say."""
    from docker.constants import DEFAULT_DOCKER_API_VERSION  # noqa: PLC0415 - as above

    api = make(version=DEFAULT_DOCKER_API_VERSION, **options).api
    try:
        return api.get(f"{api.base_url}/_ping", timeout=ANSWER_SECONDS).headers.get("Api-Version")
    except OSError:  # as those of requests are
        return None
    finally:
        api.close()
