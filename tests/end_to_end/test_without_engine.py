"""Where no engine answers, everything is deployed all the same, and the URL answers from a local process."""

import socket
from collections.abc import Iterator

import pytest

from sandbox import processes
from sandbox.workspace import Workspace
from tests.end_to_end.conftest import Sandbox, get, sandbox_in


@pytest.fixture
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = sandbox_in(tmp_path_factory.mktemp("without-engine"))
    try:
        yield sandbox
    finally:
        sandbox.down()


def test_the_url_answers_from_a_local_process_and_down_ends_it(sandbox: Sandbox) -> None:
    brought_up = sandbox.slipway("sandbox", "up", "--no-containers")
    assert brought_up.returncode == 0, brought_up.stderr
    assert "containers are simulated" in brought_up.stderr
    status = sandbox.status()
    assert get(f"{status['url']}/")["image_tag"] == status["image_tag"]
    state = Workspace.of(sandbox.configuration).state()
    assert processes.runs(state["service"]["pid"], "uvicorn")
    sandbox.down()
    assert not processes.runs(state["service"]["pid"], "uvicorn")
    assert not processes.runs(state["emulator"], "sandbox.emulator")


def test_a_port_in_use_is_said_at_once_and_nothing_is_started(sandbox: Sandbox) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", sandbox.port))
        listener.listen()
        finished = sandbox.slipway("sandbox", "up", "--no-containers")
    assert finished.returncode == 1
    assert f"port {sandbox.port} is in use" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "emulator" not in Workspace.of(sandbox.configuration).state()


def test_status_of_a_sandbox_that_is_not_up_says_what_to_type(sandbox: Sandbox) -> None:
    finished = sandbox.slipway("status", "sandbox")
    assert (finished.returncode, finished.stdout) == (1, "")
    assert "Run make up." in finished.stderr
