"""A real emulator in a process of its own, and stacks deployed to it."""

import contextlib
import functools
import gc
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import botocore.config
import pytest
from docker.errors import APIError, NotFound

from tests.sessions import quick_session

PROJECT = Path(__file__).parents[3]
ACCOUNT = "412345678901"
REGION = "eu-west-1"  # not MiniStack's default, so that a handler that forgets the region is found out
NO_ENGINE = "unix:///nonexistent/docker.sock"
_ORIGIN = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCOUNT}  # of requests without a signature

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.3
"""Seconds between two looks: each costs the test and the emulator some milliseconds of a processor."""

T = TypeVar("T")


def eventually(look: Callable[[], T | None], seconds: float = 60.0) -> T:
    """Return the first answer of `look` that is true, or fail when none was before the deadline.

    It looks less and less often: what takes a moment is seen at once, and what takes long is not asked for in vain.
    """
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s; the last answer was {answer!r}"
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.4)


@dataclass
class Emulator:
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    client: Callable[[str], Any] = field(init=False)

    def __post_init__(self) -> None:
        self.client = functools.cache(self._client)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_healthy(self) -> bool:
        assert self.process.poll() is None, f"the emulator has ended:\n{self.log.read_text()}"
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5) as answer:  # noqa: S310  # http
                return bool(answer.status == 200)
        except urllib.error.URLError:
            return False

    def reset(self) -> None:
        request = urllib.request.Request(f"{self.url}/_ministack/reset", method="POST")  # noqa: S310  # http
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # http
            assert answer.status == 200

    def containers(self, engine: Any) -> list[Any]:
        """Return the containers of this emulator's tasks, whatever their state."""

        def listed() -> tuple[Any, ...] | None:
            with contextlib.suppress(APIError):  # podman's 500 for a container that goes while it is being listed
                return (engine.containers.list(all=True, ignore_removed=True, filters={"label": "ministack=ecs"}),)
            return None

        (found,) = eventually(listed)
        return [each for each in found if each.labels["ministack.instance"].endswith(f":{self.port}")]

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(with_signal)
        self.process.wait(30)

    def _client(self, service: str) -> Any:
        session: Any = quick_session(aws_access_key_id=ACCOUNT, aws_secret_access_key="secret", region_name=REGION)
        config = botocore.config.Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=60)
        return session.client(service, endpoint_url=self.url, config=config)


@dataclass(frozen=True)
class Stacks:
    """Deploys templates under names of their own and waits for the end, whatever it is."""

    emulator: Emulator

    def deploy(
        self, resources: dict[str, Any], *, name: str = "Stack", expect: str | None = None, **sections: Any
    ) -> dict[str, str]:
        """Create or update the stack and return its outputs; by default it has to complete."""
        begun = self.begin(resources, name=name, **sections)
        stack = self.settled(name)
        assert stack["StackStatus"] == (expect or f"{begun}_COMPLETE"), self.reasons(name)
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def begin(self, resources: dict[str, Any], *, name: str = "Stack", **sections: Any) -> str:
        """Start to create or update the stack; return which of them."""
        cloudformation = self.emulator.client("cloudformation")
        parameters = sections.pop("parameters", {})
        exists = any(stack["StackName"] == name for stack in cloudformation.describe_stacks()["Stacks"])
        (cloudformation.update_stack if exists else cloudformation.create_stack)(
            StackName=name,
            TemplateBody=json.dumps({"Resources": resources, **sections}),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return "UPDATE" if exists else "CREATE"

    def settled(self, name: str = "Stack") -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            stack = self.emulator.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        return eventually(look, 60)

    def reasons(self, name: str = "Stack") -> str:
        """Return why resources of the stack failed, the latest first."""
        events = self.emulator.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
        return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)

    def reference(self, logical_id: str, name: str = "Stack") -> str:
        """Return what `Ref` answers for a resource."""
        resource = self.emulator.client("cloudformation").describe_stack_resource(
            StackName=name, LogicalResourceId=logical_id
        )
        return str(resource["StackResourceDetail"]["PhysicalResourceId"])

    def delete(self, name: str = "Stack") -> None:
        cloudformation = self.emulator.client("cloudformation")
        identifier = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=name)
        assert self.settled(identifier)["StackStatus"] == "DELETE_COMPLETE", self.reasons(identifier)


@pytest.fixture(scope="session")
def start_emulator(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return a context manager that runs an emulator; keywords are environment variables."""

    @contextmanager
    def started(port: int | None = None, **environment: str) -> Iterator[Emulator]:
        port = port or _free_port()
        log = tmp_path_factory.mktemp("emulator") / "log"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MINISTACK_", "SLIPWAY_"))}
        # A profile that does not exist: nothing in the emulator may look at the credentials of whoever starts it.
        foreign = {"AWS_PROFILE": "nonexistent", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.emulator"],
                cwd=PROJECT,
                env={**inherited, **foreign, **_ORIGIN, "GATEWAY_PORT": str(port), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        emulator = Emulator(port, process, log)
        try:
            eventually(emulator.is_healthy)
            yield emulator
        finally:
            if process.poll() is None:
                emulator.stop()

    return started


@pytest.fixture(scope="session")
def _emulator(start_emulator: Callable[..., Any]) -> Iterator[Emulator]:
    with start_emulator(DOCKER_HOST=NO_ENGINE) as emulator:
        yield emulator


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    """An empty emulator without a container engine: tasks count as running and nothing runs."""
    _emulator.reset()
    return _emulator


@pytest.fixture
def aws(emulator: Emulator) -> Callable[[str], Any]:
    """Clients of the emulator."""
    return emulator.client


@pytest.fixture(scope="session")
def make_stacks() -> Callable[[Emulator], Stacks]:
    return Stacks


@pytest.fixture
def stacks(emulator: Emulator) -> Stacks:
    return Stacks(emulator)


@dataclass(frozen=True)
class Images:
    """Tags of one local image, as the task definitions of this run name it."""

    repository: str

    def uri(self, tag: str) -> str:
        return f"{self.repository}:{tag}"


@pytest.fixture(scope="session")
def engine() -> Any:
    """A client of the container engine; without one, the tests that need containers are skipped."""
    docker = pytest.importorskip("docker", reason="docker-py is not installed, so MiniStack starts no containers")
    client = complaint = None
    with warnings.catch_warnings():
        # docker-py leaves its socket open when nothing answers.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            client = docker.from_env(timeout=30)
        except docker.errors.DockerException as error:
            complaint = str(error)
        gc.collect()
    if client is None:
        pytest.skip(f"no container engine answers: {complaint}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def images(engine: Any) -> Iterator[Images]:
    """The tags `good` and `better`; every other tag is an image that does not exist."""
    found = engine.images.list(name="python:3.11-slim")
    if not found:
        pytest.skip("the engine has no python:3.11-slim to start containers from")
    images = Images(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/emulator-test-{secrets.token_hex(4)}")
    tags = ("good", "better")
    for tag in tags:
        found[0].tag(images.repository, tag)
    yield images
    for tag in tags:
        engine.images.remove(images.uri(tag), noprune=True)


@pytest.fixture(scope="session")
def _engine_emulator(start_emulator: Callable[..., Any], engine: Any) -> Iterator[Emulator]:
    assert engine.ping()
    with start_emulator() as emulator:
        yield emulator


@pytest.fixture
def engine_emulator(_engine_emulator: Emulator, engine: Any) -> Emulator:
    """An empty emulator whose tasks are containers."""
    _engine_emulator.reset()
    # A reset removes none of them when one goes away by itself at the same moment.
    for container in _engine_emulator.containers(engine):
        with contextlib.suppress(NotFound):  # a task that is being stopped removes its own
            container.remove(force=True)
    return _engine_emulator


@pytest.fixture
def poll() -> Callable[..., Any]:
    return eventually


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
