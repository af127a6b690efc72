"""`slipway scale` as text."""

import textwrap
from collections.abc import Iterator

from operations.gateways.application_auto_scaling import Bounds, ScheduledChange
from operations.scale import Change

COLUMNS = 80
INDENT = " " * 4


def plan(change: Change) -> list[str]:
    """What is going to happen, and how long it will last."""
    if not change.changes:
        return [*_wrapped("These bounds hold already: nothing is changed."), *_lasting(change)]
    return [
        *_wrapped(f"{change.deployed.service} keeps {change.after} tasks instead of {change.before}."),
        *_wrapped(f"{change.desired} are desired, {change.running} run: {_at_once(change)}"),
        *(line for sentence in _remarks(change) for line in _wrapped(sentence)),
        *_lasting(change),
    ]


def lines(change: Change) -> list[str]:
    """What holds now."""
    were = f" (were {change.before})" if change.changes else ""
    return [f"service  {change.deployed.service}", f"bounds   {change.after}{were}"]


def _at_once(change: Change) -> str:
    count = abs(change.starting)
    if not count:
        return "none starts or stops at once."
    verb = ("start" if change.starting > 0 else "stop") + ("s" if count == 1 else "")
    return f"{count} {verb} at once."


def _remarks(change: Change) -> Iterator[str]:
    if change.rolling_out and change.starting < 0:
        # "Troubleshooting service auto scaling in Amazon ECS"
        yield "A rollout is under way: no task is taken away before it has ended."
    if change.after.max == 0:
        yield "Then nothing answers any more."
    elif change.after.min == 0:
        # MinCapacity of RegisterScalableTarget in the Application Auto Scaling API reference
        yield "Where no task runs there is no load to measure: scaling does not start the first one again."
    for each in change.schedule:
        yield f"The schedule {each.name}, {each.when} {each.time_zone}, sets {_set_by(each, change.after)}."
    if change.deployed.aws.sandboxed:
        yield "No load scales the sandbox: its emulator only keeps the number of tasks between the bounds."


def _set_by(scheduled: ScheduledChange, bounds: Bounds) -> Bounds:
    return Bounds(
        bounds.min if scheduled.min is None else scheduled.min, bounds.max if scheduled.max is None else scheduled.max
    )


def _lasting(change: Change) -> list[str]:
    """CloudFormation compares templates: what is not changed in slipway.toml is not put back by every deployment."""
    if change.after == change.configured:
        return _wrapped("slipway.toml says the same: this lasts.")
    says = (
        f"slipway.toml says {change.configured}: the next cdk deploy that changes anything of the scaling puts that "
        "back."
    )
    if not change.after.min:
        return _wrapped(f"{says} There min is at least 1; a schedule may set 0.")
    table = change.deployed.environment.name
    return [
        *_wrapped(f"{says} To keep the new bounds, say there:"),
        f"{INDENT}[environments.{table}.tasks]",
        f"{INDENT}min = {change.after.min}",
        f"{INDENT}max = {change.after.max}",
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
