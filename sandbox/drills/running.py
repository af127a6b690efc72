"""Running drills one after the other, each from a sandbox that serves the good version to one that does again."""

import time
from collections.abc import Iterator, Sequence

from operations.errors import OperationError
from sandbox.drills.condition import changed, condition
from sandbox.drills.deployment_settings import configure, settings_of
from sandbox.drills.drill import Drill, NotPossibleHereError
from sandbox.drills.interference import EngineForwarder
from sandbox.drills.inventory import inventory
from sandbox.drills.result import Result, Verdict, verdict_of
from sandbox.drills.stage import Stage
from sandbox.engine import Engine
from sandbox.processes import eventually
from sandbox.progress import Progress
from sandbox.signals import undisturbed
from sandbox.workspace import Workspace

LEAVING = 20.0
"""Seconds in which what a drill has started has to be gone."""


def run_all(
    drills: Sequence[Drill],
    workspace: Workspace,
    engine: Engine,
    good: str,
    progress: Progress,
    forwarder: EngineForwarder | None = None,
) -> Iterator[Result]:
    """Run the drills in the sandbox of that workspace, which is up; each result as soon as it is there.

    Alarms roll nothing back but in the drills that are about them: on their clock a minute is so short that a few slow
    answers of a busy machine would fire them.

    Args:
        good: the tag that serves, before each drill and after it.
        forwarder: by which the emulator reaches the engine; omitted, it reaches it directly.
    """
    first = Stage(workspace, engine, good, progress, forwarder)
    configure(first, alarms=settings_of(first)["alarms"] | {"enable": False})
    for number, drill in enumerate(drills, 1):
        progress.say(f"... drill {number} of {len(drills)}: {drill.name}")
        yield run(drill, Stage(workspace, engine, good, progress, forwarder))


def run(drill: Drill, stage: Stage) -> Result:
    """Run one drill, and leave the sandbox as it was found: a sandbox that was not, is the drill's failure as well."""
    begun = time.monotonic()
    impossible = happened = ""
    as_before: dict[str, str] = {}
    before = inventory(stage.workspace, stage.engine, stage.variants)
    try:
        as_before = condition(stage)
        happened = _performed(drill, stage)
    except NotPossibleHereError as error:
        impossible = str(error)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the drills after it are run, and this one is broken
        happened = f"it could not be carried out: {_told(error)}"
        stage.check("the drill is carried out", holds=False, seen=_told(error))
    except BaseException:
        with undisturbed():
            stage.abandon()
        raise
    with undisturbed():
        _set_right(stage, as_before)
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


def _set_right(stage: Stage, before: dict[str, str]) -> None:
    left: list[str] = []

    def as_before() -> bool:
        left[:] = changed(stage, before)
        return not left

    try:
        stage.clean_up()
        eventually(as_before, LEAVING, interval=0.3)
    except Exception as error:  # noqa: BLE001 - likewise
        left.append(_told(error))
    stage.check("the sandbox is as it was", not left, "; ".join(left))


def _told(error: Exception) -> str:
    return error.what if isinstance(error, OperationError) else f"{type(error).__name__}: {error}"


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
