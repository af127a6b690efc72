"""Stopping the sandbox."""

import socket

from sandbox import emulation, local_service
from sandbox.engine import Engine
from sandbox.workspace import Workspace


def down(workspace: Workspace) -> bool:
    """Stop the emulator, the containers of its tasks and the local service, and say whether anything ran.

    The image stays on the engine, so that the next start is fast.
    """
    stopped = [local_service.stop(workspace), emulation.stop(workspace)]
    engine = Engine.find()
    if engine:  # an emulator that was killed leaves its containers
        stopped.append(engine.remove_containers(f"ministack.instance={socket.gethostname()}:{workspace.port}") > 0)
    return any(stopped)
