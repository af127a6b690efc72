"""How long the `slipway` command makes people wait."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmark.figures import Bench, Figure, NotMeasuredError, Section
from benchmark.processes import run, timed

RUNS = 10
SLIPWAY = Path(sys.executable).parent / "slipway"

HELP = Figure("slipway --help", "s", at_most=0.3)
STATUS = Figure("slipway status sandbox", "s")
UP = Figure("sandbox up, from nothing to an answer", "s")


def measure(bench: Bench) -> Iterator[Figure]:
    """Time the command; the sandbox that is asked is the one that is up, else one that is brought up for it."""
    yield HELP.measured(min(timed([SLIPWAY, "--help"]) for _ in range(RUNS)))
    words: list[str | Path] = [SLIPWAY, "--configuration", bench.configuration]
    status = [*words, "status", "sandbox"]
    try:
        run(status)
    except NotMeasuredError:
        pass
    else:
        yield UP.not_measured("a sandbox was up")
        yield _status(status)
        return
    try:
        seconds = timed([*words, "sandbox", "up"])
    except NotMeasuredError as error:
        yield from (figure.not_measured(str(error)) for figure in (STATUS, UP))
        return
    try:
        yield UP.measured(seconds)
        yield _status(status)
    finally:
        run([*words, "sandbox", "down"])


def _status(words: list[str | Path]) -> Figure:
    return STATUS.measured(min(timed(words) for _ in range(RUNS)))


SECTION = Section(
    "command",
    "Command",
    f"The shortest of {RUNS} runs each, with Python's start. `status` asks the emulated AWS of `make up`, which is on "
    "this machine: AWS itself is further away.",
    (HELP, STATUS, UP),
    measure,
)
