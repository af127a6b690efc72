"""Running drills one after the other, each from a sandbox that serves the good version to one that does again."""

import time
from collections.abc import Callable, Sequence

from operations.errors import OperationError
from sandbox.drills.drill import Drill, NotPossibleHereError
from sandbox.drills.interference import EngineForwarder
from sandbox.drills.inventory import inventory
from sandbox.drills.result import Result, Verdict, verdict_of
from sandbox.drills.signals import undisturbed
from sandbox.drills.stage import Stage
from sandbox.engine import Engine
from sandbox.processes import eventually
from sandbox.progress import Progress
from sandbox.workspace import Workspace

LEAVING = 20.0
"""Seconds in which what a drill has started has to be gone."""


def run_all(
    drills: Sequence[Drill],
    workspace: Workspace,
    engine: Engine,
    good: str,
    progress: Progress,
    tell: Callable[[Result], None] = lambda _: None,
    forwarder: EngineForwarder | None = None,
) -> list[Result]:
    """Run the drills in the sandbox of that workspace, which is up.

    Args:
        good: the tag that serves, before each drill and after it.
        tell: is given each result as soon as it is there.
        forwarder: by which the emulator reaches the engine; omitted, it reaches it directly.
    """
    results = []
    for number, drill in enumerate(drills, 1):
        progress.say(f"... drill {number} of {len(drills)}: {drill.name}")
        results.append(run(drill, Stage(workspace, engine, good, progress, forwarder)))
        tell(results[-1])
    return results


def run(drill: Drill, stage: Stage) -> Result:
    """Run one drill, and leave the sandbox as it was found: a sandbox that was not, is the drill's failure as well."""
    begun = time.monotonic()
    impossible = happened = ""
    before = inventory(stage.workspace, stage.engine, stage.variants)
    try:
        happened = _performed(drill, stage)
    except NotPossibleHereError as error:
        impossible = str(error)
    except OperationError as error:
        happened = f"it could not be carried out: {error.what}"
        stage.check("the drill is carried out", holds=False, seen=error.what)
    except BaseException:
        with undisturbed():
            stage.abandon()
        raise
    with undisturbed():
        _set_right(stage)
    left = _left(stage, before)
    stage.check("it leaves nothing behind", not left, ", ".join(left))
    return Result(
        name=drill.name,
        promise=drill.promise,
        verdict=Verdict.IMPOSSIBLE if impossible else verdict_of(stage.checks),
        happened=impossible or happened,
        checks=() if impossible else tuple(stage.checks),
        steps=tuple(stage.steps),
        traffic=stage.traffic,
        seconds=time.monotonic() - begun,
        roles={role: tag for tag, role in stage.roles.items()},
    )


def _performed(drill: Drill, stage: Stage) -> str:
    stage.await_rest()
    if drill.under_load:
        stage.begin_load()
    happened = drill.run(stage)
    if drill.under_load:
        drill.judge(stage, stage.end_load())
    return happened


def _set_right(stage: Stage) -> None:
    try:
        stage.clean_up()
    except OperationError as error:
        stage.check("the sandbox is as it was", holds=False, seen=error.what)


def _left(stage: Stage, before: "dict[str, int]") -> list[str]:
    """What there is now that was not there before, and still is after a while."""
    left: list[str] = []

    def nothing() -> bool:
        now = inventory(stage.workspace, stage.engine, stage.variants)
        left[:] = sorted(
            f"{count - before.get(what, 0)} x {what}" for what, count in now.items() if count > before.get(what, 0)
        )
        return not left

    eventually(nothing, LEAVING, interval=0.3)
    return left
