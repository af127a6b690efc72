"""The service as a local process, where no engine can run its container."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from operations.errors import OperationError
from sandbox import processes
from sandbox.image import SERVICE
from sandbox.programs import run
from sandbox.progress import Progress
from sandbox.workspace import Workspace

WORDS = "uvicorn"
REQUIREMENTS = SERVICE / "requirements" / "runtime.txt"


def ensure(workspace: Workspace, variables: Mapping[str, str], progress: Progress) -> int:
    """Have the service run with these variables, and return its port on 127.0.0.1.

    Args:
        variables: those of the task definition; the service is started anew when they have changed.

    Raises:
        OperationError: its packages cannot be installed.
    """
    known = workspace.state().get("service", {})
    if processes.runs(known.get("pid"), WORDS) and known.get("variables") == dict(variables):
        return int(known["port"])
    stop(workspace)
    python = _python(workspace, progress)
    port = _free_port()
    pid = processes.start(
        [str(python), "-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", str(port)],
        environment=os.environ | dict(variables),
        folder=SERVICE,
        log=workspace.service_log,
    )
    workspace.remember(service={"pid": pid, "port": port, "variables": dict(variables)})
    return port


def stop(workspace: Workspace) -> bool:
    """Stop the process, and say whether there was one."""
    pid = workspace.state().get("service", {}).get("pid")
    alive = processes.stop(pid, WORDS)
    workspace.remember(service=None)
    return alive


def _python(workspace: Workspace, progress: Progress) -> Path:
    folder = workspace.folder / "service-venv"
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == REQUIREMENTS.read_bytes():
        return python
    fix = "See that pip can reach a package index."
    with progress.step("install the service's packages"):
        # As its own constraint, too: pip 23 would take the newest release where a package asks for an extra of another.
        required = ["-r", str(REQUIREMENTS), "-c", str(REQUIREMENTS)]
        for command in (
            # This environment's pip fills the other: to give it one of its own takes longer than all of its packages.
            [sys.executable, "-m", "venv", "--without-pip", str(folder)],
            [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--require-hashes", *required],
        ):
            run(
                command,
                doing="install the service's packages",
                fix=fix,
                say=progress.say,
                environment=os.environ,
                folder=SERVICE,
            )
    if not python.exists():
        raise OperationError("cannot install the service's packages: the virtual environment is empty", fix=fix)
    stamp.write_bytes(REQUIREMENTS.read_bytes())
    return python


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
