"""`slipway logs ENVIRONMENT`."""

import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from operations.context import configuration_of
from operations.errors import UnavailableError
from operations.verbs.options import EnvironmentName

if TYPE_CHECKING:
    from operations.logs import Line

POLL_SECONDS = 2.0
"""FilterLogEvents takes as little as 5 requests a second of an account and region ("How do I determine throttling in my
CloudWatch logs?", AWS re:Post), and a look at one container is one of them."""

LONGEST_PAUSE = 30.0
"""Seconds between two looks while AWS does not answer."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _point_in_time(text: str) -> datetime:
    """The time that `--since` names."""
    now = datetime.now(UTC)
    try:
        if re.fullmatch(r"(\d+[smhdw])+", text):
            parts = re.findall(r"(\d+)([smhdw])", text)
            return now - sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"must be a duration such as 90s, 10m, 2h or 1d, or a time such as 2026-11-24T06:30, is {text!r}"
        ) from error
    if at > now:
        raise typer.BadParameter(f"must be in the past, is {text!r}")
    return at


def logs(
    context: typer.Context,
    environment: EnvironmentName,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    since: Annotated[
        datetime,
        typer.Option(
            parser=_point_in_time, help="Begin that long ago, or at that ISO time; UTC unless it says.", metavar="TIME"
        ),
    ] = "10m",  # type: ignore[assignment]  # Typer parses a default as it parses what is typed
    filter_text: Annotated[
        str, typer.Option("--filter", help="Only lines with that text; case matters.", metavar="TEXT")
    ] = "",
    task: Annotated[str, typer.Option(help="Only of the tasks whose ids begin like this.", metavar="ID")] = "",
    timestamps: Annotated[bool, typer.Option("--timestamps", help="Say when each line was written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object of JSON a line.")] = False,
) -> None:
    """Print what the containers write, with the task in front, in the order of time."""
    from operations.logs import Tail, find
    from operations.rendering.logs import record, text
    from operations.rollout.deployed import locate

    configuration = configuration_of(context)
    deployed = locate(configuration, configuration.environment(environment))
    sources = find(deployed)
    several = len({source.container for source in sources}) > 1
    tail = Tail(deployed.aws, sources, since=since, task=task, text=filter_text)
    shown = sys.stdout.isatty()

    def rendered(line: "Line") -> str:
        return record(line) if as_json else text(line, with_container=several, with_time=timestamps, visible=shown)

    try:
        printed = _print(tail.read(), rendered)
        pause = POLL_SECONDS
        while follow:
            time.sleep(pause)
            try:
                _print(tail.read(), rendered)
                pause = POLL_SECONDS
            except UnavailableError as error:
                pause = min(2 * pause, LONGEST_PAUSE)
                typer.echo(f"{error.what}; asking again in {pause:.0f} s", err=True)
        if not printed:
            typer.echo(f"{environment}: nothing since {since:%Y-%m-%d %H:%M:%S %Z}.", err=True)
    except KeyboardInterrupt:
        if not follow:
            raise
    except BrokenPipeError:
        _stop_writing()


def _print(lines: "Iterable[Line]", rendered: "Callable[[Line], str]") -> int:
    """Write the lines and say how many there were."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a log may have characters that the terminal has not
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007 - counts beyond the loop
        sys.stdout.write(rendered(line))
    sys.stdout.flush()
    return count


def _stop_writing() -> None:
    """Whoever reads has read enough, such as head: Python shall not complain when it flushes stdout at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
