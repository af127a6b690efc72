"""Why a container ended by itself."""

from operations.diagnosis import causes, reasons
from operations.diagnosis.causes import Finding
from operations.diagnosis.evidence import Evidence
from operations.gateways.ecs_tasks import StoppedContainer, StoppedTask
from operations.structured_log import last_words

MEANINGS = {
    126: "which the shell gives what cannot be executed",
    127: "which the shell gives a command that is not there",
    134: "an abort",
    137: "a kill, as of a process that takes too much memory",
    139: "a segmentation fault",
    143: "an end that was asked for",
}
"""Of exit codes: 128 and the number of a signal (bash, "Exit Status")."""

AT_START = 10.0
"""Seconds below which a crash is one at the start, which says more than the number does."""


def of_task(task: StoppedTask, evidence: Evidence) -> Finding | None:
    """Why the task's container exited; None if none has."""
    container = _exited(task, evidence)
    if container is None:
        return None
    lines = [each.text for each in evidence.logs.get(task.id, ()) if each.text.strip()]
    if any("exec format error" in line.lower() for line in lines[-3:]):
        return reasons.wrong_architecture(evidence)
    values = {"container": container.name, "code": _code(container), "when": _when(task)}
    if lines:
        return causes.CRASH_LOOP.about(line=last_words(lines), environment=evidence.environment, **values)
    return causes.CRASH_LOOP_WITHOUT_A_WORD.about(image=evidence.image, **values)


def _exited(task: StoppedTask, evidence: Evidence) -> StoppedContainer | None:
    """The container that ended the task: the one it is about, or one that failed."""
    exited = [each for each in task.containers if each.exit_code is not None]
    failed = [each for each in exited if each.exit_code != 0]
    main = [each for each in failed or exited if each.name == evidence.container]
    return next(iter([*main, *failed, *exited]), None)


def _code(container: StoppedContainer) -> str:
    meaning = MEANINGS.get(container.exit_code or 0)
    return f"{container.exit_code} ({meaning})" if meaning else str(container.exit_code)


def _when(task: StoppedTask) -> str:
    if task.seconds is None:
        return "at once"
    return "at its start" if task.seconds < AT_START else f"{_spoken(task.seconds)} after its start"


def _spoken(seconds: float) -> str:
    if seconds < 2 * 60:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
