"""A rollout under way, and its end, as text."""

import textwrap
from collections.abc import Iterable, Sequence

from operations.deployment.record import Rollout
from operations.rendering import diagnosis
from operations.rollout.judge import Verdict
from operations.rollout.look import Look, SeenTask
from operations.rollout.outcome import Outcome
from operations.rollout.timeline import Timeline

COLUMNS = 80

WORDS = {
    Verdict.SUCCEEDED: "SUCCEEDED",
    Verdict.FAILED: "FAILED",
    Verdict.ROLLED_BACK: "ROLLED BACK",
    Verdict.TIMED_OUT: "TIMED OUT",
    Verdict.SUPERSEDED: "SUPERSEDED",
    Verdict.IN_PROGRESS: "NOT AWAITED",
}

NOT_TOLD = "AWS does not tell"
UNTOLD = {"new tasks": "tasks", "old tasks": "tasks", "alarms": "alarms"}
"""Facts that are made of what AWS may not have told."""


def facts(look: Look, rollout: Rollout | None) -> dict[str, str]:
    """What there is to be seen of the rollout, by what it is."""
    if rollout is None:
        return {"rollout": "not begun", "stack": look.stack, "tasks": _tasks(look.tasks, look.service.desired)}
    new = [task for task in look.tasks if task.task_definition == rollout.target.task_definition]
    old = [task for task in look.tasks if task.task_definition != rollout.target.task_definition]
    failures = f"{rollout.failures} of {rollout.threshold}" if rollout.threshold else str(rollout.failures)
    firing = sorted({*rollout.alarms, *(alarm.name for alarm in look.alarms if alarm.state == "ALARM")})
    told = {
        "rollout": " ".join(filter(None, [rollout.state, rollout.stage])),
        "stack": look.stack,
        "new tasks": _tasks(new, look.service.desired),
        "old tasks": _tasks(old),
        "failures": failures,
        "alarms": ", ".join(firing) or ("quiet" if look.alarms else "none"),
    }
    told |= {name: NOT_TOLD for name, what in UNTOLD.items() if what in look.untold}
    if rollout.pauses:
        told["waits for you"] = "; ".join(f"hook {pause.hook}" for pause in rollout.pauses)
    return told


def line(shown: dict[str, str], elapsed: float) -> str:
    """The facts on one line, where there is no table."""
    return f"{clock(elapsed)}  " + "; ".join(f"{name} {value}" for name, value in shown.items())


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def lines(outcome: Outcome) -> list[str]:
    """How it ended: the verdict, what runs, what to type next, and where the time went."""
    word = WORDS[outcome.judgement.verdict]
    what = f"{outcome.tag or 'the rollout'} in {outcome.environment}"
    told = [f"{word}  {what}" + (f": {outcome.judgement.reason}." if outcome.judgement.reason else ".")]
    if outcome.runs and outcome.judgement.verdict is not Verdict.SUCCEEDED:
        told.append(f"{outcome.runs} runs.")
    if outcome.advice:
        told.append(outcome.advice)
    wrapped = [part for text in told for part in _wrapped(text)]
    if outcome.diagnosis:
        wrapped += ["", *diagnosis.lines(outcome.diagnosis)]
    return wrapped + (["", "Time", *table(outcome.timeline)] if outcome.timeline and outcome.timeline.phases else [])


def table(timeline: Timeline) -> list[str]:
    """Where each second went, a phase a line."""
    rows = [(f"{phase.seconds:8.1f} s", _phase(phase.name, phase.detail)) for phase in timeline.phases]
    return [f"{seconds}  {name}" for seconds, name in [*rows, (f"{timeline.seconds:8.1f} s", "in all")]]


def markdown(outcome: Outcome) -> str:
    """The same for the summary of a job in GitHub Actions."""
    judgement, rollout = outcome.judgement, outcome.rollout
    told = [f"### {WORDS[judgement.verdict]}: `{outcome.tag}` in `{outcome.environment}`", ""]
    told += [f"{judgement.reason}.", ""] if judgement.reason else []
    told += [f"`{outcome.runs}` runs.", ""] if outcome.runs else []
    told += [f"Failed tasks: {rollout.failures} of {rollout.threshold}.", ""] if rollout and rollout.failures else []
    told += [f"Alarms: {', '.join(rollout.alarms)}.", ""] if rollout and rollout.alarms else []
    told += [outcome.diagnosis.first_line, ""] if outcome.diagnosis else []
    told += [outcome.advice, ""] if outcome.advice else []
    if outcome.diagnosis and outcome.diagnosis.log[1]:
        told += ["```text", *outcome.diagnosis.log[1], "```", ""]
    if outcome.timeline and outcome.timeline.phases:
        told += ["| seconds | phase |", "|---:|---|"]
        told += [f"| {phase.seconds:.1f} | {_phase(phase.name, phase.detail)} |" for phase in outcome.timeline.phases]
        told += [f"| {outcome.timeline.seconds:.1f} | **in all** |", ""]
    return "\n".join(told) + "\n"


def _phase(name: str, detail: str) -> str:
    return f"{name} ({detail})" if detail else name


def _tasks(tasks: Sequence[SeenTask], desired: int | None = None) -> str:
    running = sum(task.status == "RUNNING" for task in tasks)
    of = f"{running} of {desired}" if desired is not None else str(running)
    health = _counted(task.health for task in tasks if task.status == "RUNNING" and task.health)
    coming = _counted(task.status.lower() for task in tasks if task.status != "RUNNING")
    return ", ".join(filter(None, [f"{of} running", f"({health})" if health else "", coming])).replace(", (", " (")


def _counted(words: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, COLUMNS, break_long_words=False, break_on_hyphens=False)
