"""`slipway status` as text."""

import textwrap
from collections.abc import Iterator

from operations.rollout.look import SeenTask
from operations.status import Status

COLUMNS = 80


def lines(status: Status) -> list[str]:
    """One fact a line; what is longer than 80 columns is wrapped between words: names and the URL stay whole."""
    told = [(name, value) for name, value in _facts(status) if value]
    width = max(len(name) for name, _ in told) + 2
    return [
        line
        for name, value in told
        for line in textwrap.wrap(
            value,
            COLUMNS,
            initial_indent=f"{name:<{width}}",
            subsequent_indent=" " * width,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _facts(status: Status) -> Iterator[tuple[str, str]]:
    """Names and values; a value that goes on below the one before it has no name."""
    yield "environment", status.environment
    yield "stack", status.stack
    yield "cluster", status.cluster
    yield "service", status.service
    yield "image", status.image_tag or "unknown"
    yield "digest", status.image_digest
    since = f"since {status.since:%Y-%m-%d %H:%M} UTC" if status.since else ""
    yield "released", " ".join(filter(None, [since, f"by {status.by}" if status.by else ""]))
    yield "tasks", f"{status.running} of {status.desired} running"
    for task in status.tasks:
        yield "", _task(task)
    yield "deployment", f"{status.deployment.status} {status.deployment.id}"
    yield "reason", status.deployment.reason
    for index, alarm in enumerate(status.alarms):
        yield "" if index else "alarms", f"{alarm.state} {alarm.name}"
    for index, rollout in enumerate(status.rollouts):
        told = f"{rollout.begun:%Y-%m-%d %H:%M}  {rollout.tag or 'unknown'}  {rollout.state}"
        yield "" if index else "rollouts", told
    yield "url", status.url


def _task(task: SeenTask) -> str:
    health = f", target {task.health}" if task.health else ""
    return f"{task.id[:8]} {task.status}{health}" + (f" ({task.why})" if task.why else "")
