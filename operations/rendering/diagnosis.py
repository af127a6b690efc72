"""`slipway diagnose` as text."""

import textwrap
from collections.abc import Iterable, Iterator

from operations.diagnosis import Diagnosis, StoppedGroup
from operations.structured_log import readable

COLUMNS = 80
EVENTS = 5


def lines(diagnosis: Diagnosis) -> list[str]:
    """The cause and the fix, and then what they are concluded from.

    The first line is not wrapped, so that it is the whole answer for `head -1` too; neither are lines of logs.
    """
    sections = [
        ("Rollout", _rollout(diagnosis)),
        ("Stopped tasks", _stopped(diagnosis.stopped)),
        (f"Last lines of task {diagnosis.log[0]}", _log(diagnosis.log[1])),
        ("Targets", _targets(diagnosis)),
        ("Deployment alarms", _alarms(diagnosis)),
        ("Events, the newest first", _events(diagnosis)),
        ("Not seen", (line for each in diagnosis.evidence.unseen for line in _wrapped(each))),
    ]
    printed = [diagnosis.first_line]
    for title, body in sections:
        if content := list(body):
            printed += ["", title, *content]
    return printed


def _log(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (f"  {line}" for line in readable(text).split("\n"))


def _rollout(diagnosis: Diagnosis) -> Iterator[str]:
    rollout = diagnosis.evidence.rollout
    if rollout is None:
        return
    yield f"  {rollout.id}"
    yield f"  {rollout.state} of {rollout.target.tag or rollout.target.task_definition.rpartition('/')[2]}"
    yield from _wrapped(diagnosis.evidence.reason)
    if rollout.threshold is not None:
        yield f"  {rollout.failures} of {rollout.threshold} failed tasks at which the circuit breaker trips"


def _stopped(groups: Iterable[StoppedGroup]) -> Iterator[str]:
    for group in groups:
        codes = ", ".join(f"{name} exited with {code}" for name, code in group.exit_codes.items())
        head = f"{group.count} x {group.stop_code or 'stopped'}"
        yield from _wrapped(": ".join(filter(None, (head, codes, group.reason))))
        for reason in group.container_reasons:
            if reason != group.reason:
                yield from _wrapped(reason, indent=4)


def _targets(diagnosis: Diagnosis) -> Iterator[str]:
    targets = diagnosis.evidence.targets
    for state in dict.fromkeys(each.state for each in targets):
        yield f"  {sum(each.state == state for each in targets)} {state}"
    for each in targets:
        if each.reason:
            yield from _wrapped(f"{each.address}:{each.port} {each.reason}: {each.description}", indent=4)


def _alarms(diagnosis: Diagnosis) -> Iterator[str]:
    for each in diagnosis.evidence.alarms:
        yield f"  {each.state:<17} {each.name}"
        if each.state == "ALARM" and each.reason:
            yield from _wrapped(each.reason, indent=4)


def _events(diagnosis: Diagnosis) -> Iterator[str]:
    for each in diagnosis.evidence.events[:EVENTS]:
        yield from _wrapped(f"{each.at:%H:%M:%S} {each.text}")


def _wrapped(text: str, *, indent: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
