"""Sandboxes of the tests' own, on ports of their own: one that the developer has up is left alone."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from operations.status import read
from sandbox.engine import Engine
from sandbox.variants import remove_left
from sandbox.workspace import Workspace
from tests.conftest import CONFIGURATION, PROJECT
from tests.sessions import quick_session
from tests.synthesis import VALIDATION

BIN = Path(sys.executable).parent

REPOSITORY = "000000000000.dkr.ecr.us-east-1.amazonaws.com/slipway"

WITH_RULES, WITHOUT_RULES = {VALIDATION: "true"}, {VALIDATION: "false"}
"""Of CDK's own, whose engine takes half of the CPU time of a synthesis: one is enough for all sandboxes, which differ
in nothing that they look at."""

START_SECONDS = 60
"""Before a task counts as failed: where tests run beside each other, a container may take long to start."""


@dataclass(frozen=True)
class Sandbox:
    """A sandbox in a folder of its own, driven by the commands that a user types."""

    folder: Path
    port: int

    @property
    def configuration(self) -> Path:
        return self.folder / "slipway.toml"

    def slipway(self, *words: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = (str(BIN / "slipway"), "--configuration", str(self.configuration), *words)
        return run(*command, variables=WITHOUT_RULES | (variables or {}))

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.of(self.configuration)

    def up(self, *, variables: dict[str, str] | None = None) -> dict[str, Any]:
        finished = self.slipway("sandbox", "up", "--json", variables=variables)
        assert finished.returncode == 0, finished.stderr
        report: dict[str, Any] = json.loads(finished.stdout)
        return report

    def down(self) -> None:
        self.slipway("sandbox", "down")

    @property
    def assembly(self) -> Path:
        """What was deployed at last."""
        return self.folder / ".sandbox" / "cdk.out"

    @cached_property
    def variables(self) -> dict[str, str]:
        exports = self.slipway("sandbox", "environment").stdout
        return dict(word.split("=", 1) for word in shlex.split(exports) if "=" in word)

    def cdk(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the CDK CLI over what was deployed at last."""
        cli = str(PROJECT / "node_modules" / ".bin" / "cdk")
        return run(cli, "--no-notices", "--app", str(self.assembly), *words, variables=self.variables)

    @cache  # noqa: B019 - there are two sandboxes, which go on until the tests end
    def client(self, service: str) -> Any:
        variables = self.variables
        session: Any = quick_session(
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region_name=variables["AWS_REGION"],
        )
        return session.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"])

    def stacks(self) -> list[str]:
        """Those of the app, and not CDK's own."""
        found = self.client("cloudformation").describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in found if stack["StackName"].startswith("slipway-")]

    def status(self) -> dict[str, Any]:
        """What `slipway status` tells as JSON; to start the command each time takes more of a processor than to ask."""
        workspace = self.workspace
        with patch.object(boto3, "Session", quick_session):
            return read(workspace.configuration, workspace.environment).as_json()

    @property
    def url(self) -> str:
        """Where clients find the service."""
        url: str = self.status()["url"]
        return url


def run(*command: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | (variables or {})
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=1200
    )


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - always http
        return json.loads(answer.read())


def diagnosis(sandbox: Sandbox) -> tuple[str, dict[str, Any]]:
    """The first line of `slipway diagnose`, and the whole of it as JSON."""
    text, as_json = sandbox.slipway("diagnose", "sandbox"), sandbox.slipway("diagnose", "sandbox", "--json")
    assert text.returncode == as_json.returncode == 0, text.stderr + as_json.stderr
    return text.stdout.splitlines()[0], json.loads(as_json.stdout)


def topic_arn(sandbox: Sandbox, name: str) -> str:
    """Of the sandbox's pages or tickets."""
    described = sandbox.client("cloudformation").describe_stacks(StackName="slipway-sandbox-telemetry")["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    return str(outputs[f"{name}TopicArn"])


def sandbox_in(folder: Path) -> Sandbox:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    text = re.sub(r"(?m)^port = \d+$", f"port = {port}", CONFIGURATION.read_text())
    task = f"[environments.sandbox.task]\nstart_seconds = {START_SECONDS}\n"
    (folder / "slipway.toml").write_text(f"{text}\n{task}")
    return Sandbox(folder, port)


@pytest.fixture(scope="session")
def engine() -> Engine:
    engine = Engine.find()
    if engine is None:
        pytest.skip("no Docker-compatible engine answers: start Docker or podman's API socket to run this test")
    return engine


@pytest.fixture(scope="session")
def _sandbox(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, dict[str, Any]]]:
    sandbox = sandbox_in(tmp_path_factory.mktemp("sandbox"))
    try:
        yield sandbox, sandbox.up(variables=WITH_RULES)  # as `make up` does it
    finally:
        sandbox.down()
        remove_left(sandbox.workspace, engine)


@pytest.fixture(scope="module")
def sandbox(_sandbox: tuple[Sandbox, dict[str, Any]]) -> Sandbox:
    """A sandbox whose tasks are containers, up again where the tests of another file took it down."""
    sandbox, _ = _sandbox
    if not sandbox.stacks():
        sandbox.up()
    return sandbox


@pytest.fixture
def brought_up(_sandbox: tuple[Sandbox, dict[str, Any]]) -> dict[str, Any]:
    """What `make up` reported of it when it was new."""
    return _sandbox[1]
