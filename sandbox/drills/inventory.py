"""What there is of a sandbox on the machine, so that nothing of a drill is left behind unseen."""

import os
import subprocess
from collections import Counter

from sandbox.engine import Engine
from sandbox.variants import Variants
from sandbox.workspace import Workspace


def inventory(workspace: Workspace, engine: Engine, variants: Variants) -> "Counter[str]":
    """The sandbox's containers, the images that a drill has built, and the processes that this one has started.

    Other images of the repository are not counted: other sandboxes of the machine have them on the same engine.
    """
    pushed_as = f"localhost:{workspace.port}/{workspace.configuration.registry.repository}"
    return Counter(
        [
            *(f"image {tag}" for tag in variants.made if engine.has(variants.uri(tag))),
            *(f"image {name}" for name in engine.names(pushed_as)),
            *("container" for _ in engine.containers(workspace.port)),
            *(f"process {command}" for command in _children()),
        ]
    )


def _children() -> list[str]:
    listed = subprocess.run(
        ["ps", "-ww", "-o", "ppid=,stat=,command="], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    rows = [line.split(maxsplit=2) for line in listed]
    return [row[2] for row in rows if row[0] == str(os.getpid()) and len(row) > 2 and _is_of_a_drill(row[1], row[2])]  # noqa: PLR2004 - three columns


def _is_of_a_drill(state: str, command: str) -> bool:
    """Whether it is alive, and not what lists the processes."""
    return not state.startswith("Z") and not command.startswith("ps ")
