"""The emulator's process: started, found again, stopped."""

import socket
import sys
import urllib.request

from operations.errors import OperationError
from sandbox import processes
from sandbox.engine import NOWHERE, Engine
from sandbox.signals import undisturbed
from sandbox.workspace import PROJECT, Workspace

MODULE = "sandbox.emulator"
START_PATIENCE = 60.0
"""Seconds to start in; about three are needed, most of them for imports."""


def running(workspace: Workspace) -> bool:
    """Whether the emulator that this workspace started is alive and answers."""
    return processes.runs(workspace.state().get("emulator"), MODULE) and _healthy(workspace)


def start(workspace: Workspace, engine: Engine | None) -> None:
    """Start the emulator and wait until it answers.

    Args:
        engine: runs the tasks' containers; None has the emulator simulate them.

    Raises:
        OperationError: the port is taken, or the emulator does not come up.
    """
    if not port_is_free(workspace.port):
        raise OperationError(
            f"port {workspace.port} is in use by a process that this folder's make up did not start",
            fix="Stop that process, or set another port in slipway.toml under [sandbox].",
        )
    with undisturbed():  # an emulator whose id nobody has noted would never be stopped
        pid = processes.start(
            [sys.executable, "-m", MODULE],
            environment=workspace.process_environment()
            | {"GATEWAY_PORT": str(workspace.port), "DOCKER_HOST": engine.host if engine else NOWHERE},
            folder=PROJECT,
            log=workspace.emulator_log,
        )
        workspace.remember(emulator=pid, containers=engine is not None)
    processes.eventually(lambda: _healthy(workspace) or not processes.runs(pid, MODULE), START_PATIENCE)
    if not _healthy(workspace):
        processes.stop(pid, MODULE)
        workspace.remember(emulator=None, containers=None)
        tail = "\n".join(workspace.emulator_log.read_text(errors="replace").splitlines()[-10:])
        raise OperationError(f"the emulator did not start\n{tail}", fix=f"The whole log is {workspace.emulator_log}.")


def stop(workspace: Workspace) -> bool:
    """Stop the emulator that this workspace started, and say whether there was one."""
    pid = workspace.state().get("emulator")
    alive = processes.stop(pid, MODULE)
    workspace.remember(emulator=None, containers=None)
    return alive


def port_is_free(port: int) -> bool:
    """Whether nobody listens there on 127.0.0.1."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _healthy(workspace: Workspace) -> bool:
    try:
        return answers(f"{workspace.endpoint}/_ministack/health")
    except OSError:
        return False


def answers(url: str) -> bool:
    """Whether that URL of this machine answers with 200; a proxy that the environment names is not asked.

    Raises:
        OSError: nobody answers, or with an error.
    """
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
