"""What `slipway sandbox drill` does: a sandbox of its own, the drills, the report."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from operations.errors import OperationError
from sandbox.drills.drill import Drill
from sandbox.drills.interference import engine_forwarder
from sandbox.drills.machine import Machine
from sandbox.drills.regressions import CLOCK_SCALE
from sandbox.drills.report import Report
from sandbox.drills.result import Result
from sandbox.drills.running import run_all
from sandbox.drills.secrets import CONFIGURED, create_secret
from sandbox.drills.workplace import workplace
from sandbox.engine import Engine
from sandbox.progress import Progress
from sandbox.signals import ended_by_signals
from sandbox.up import up

CLOCK_SCALE_VARIABLE = "SLIPWAY_SANDBOX_CLOCK_SCALE"
"""Of the emulator (sandbox/emulator/__main__.py)."""


@contextmanager
def faster_alarms() -> Iterator[None]:
    """Let an emulator that is started in the block hurry with alarms and bake times."""
    before = os.environ.get(CLOCK_SCALE_VARIABLE)
    os.environ[CLOCK_SCALE_VARIABLE] = str(CLOCK_SCALE)
    try:
        yield
    finally:
        os.environ.pop(CLOCK_SCALE_VARIABLE)
        if before is not None:
            os.environ[CLOCK_SCALE_VARIABLE] = before


def rehearse(
    drills: Sequence[Drill], configuration_path: Path, tell: Callable[[Report], None] = lambda _: None
) -> Report:
    """Bring a sandbox up, run the drills in it, and take it down again, whatever happens.

    Args:
        tell: is given the report as it stands, each time that a result has come.

    Raises:
        ConfigurationError: the file cannot be used, or has no environment `sandbox`.
        OperationError: there is no container engine, or the sandbox does not come up.
    """
    progress, begun, at = Progress(), time.monotonic(), datetime.now(UTC)
    engine = Engine.find(progress.say)
    if engine is None:
        raise OperationError(
            "drills need tasks that are containers, and no container engine answers",
            fix="Start Docker, or podman's API socket.",
        )
    with (
        ended_by_signals(),
        engine_forwarder(engine.host) as forwarder,
        workplace(configuration_path, **CONFIGURED) as workspace,
        faster_alarms(),
    ):
        progress.say(f"A sandbox of the drills' own comes up at port {workspace.port}.")
        reached = engine.behind(forwarder.host) if forwarder else engine
        tag = up(workspace, engine=reached, prepare=create_secret).image_tag
        machine, results = Machine.here(engine), list[Result]()
        for result in run_all(drills, workspace, engine, tag, progress, forwarder):
            results.append(result)
            tell(Report(machine, at, tuple(results), time.monotonic() - begun, CLOCK_SCALE))
    return Report(machine, at, tuple(results), time.monotonic() - begun, CLOCK_SCALE)
