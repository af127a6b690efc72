"""Stopping the sandbox."""

from sandbox import emulation, local_service
from sandbox.engine import Engine
from sandbox.workspace import Workspace


def down(workspace: Workspace) -> bool:
    """Stop the emulator, the containers of its tasks and the local service, and say whether anything ran.

    The image stays on the engine, so that the next start is fast.
    """
    stopped = [local_service.stop(workspace), emulation.stop(workspace)]
    # An emulator that was killed leaves its containers; one that listens there now, from another folder, keeps them.
    engine = Engine.find() if emulation.port_is_free(workspace.port) else None
    for container in engine.containers(workspace.port) if engine else []:
        container.remove(force=True, v=True)
        stopped.append(True)
    return any(stopped)
