"""How long the tests take, by tier, as `make test TIERS=FILE` tells."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from benchmark.figures import Bench, Figure, NotMeasuredError, Section

WALL = Figure("make test", "s", at_most=300)


def measure(bench: Bench) -> Iterator[Figure]:
    """Read what `make test` has written; no test is run."""
    if bench.tiers is None:
        raise NotMeasuredError("no file of make test TIERS=FILE was given")
    try:
        told = json.loads(bench.tiers.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotMeasuredError(f"{bench.tiers.name} cannot be read: {type(error).__name__}") from error
    yield from figures_of(told)


def figures_of(told: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of what `make test` wrote."""
    yield WALL.measured(told["wall_seconds"])
    for tier in told["tiers"]:
        yield Figure(f"{tier['name']}, {tier['tests']} tests", "s").measured(tier["wall_seconds"])


SECTION = Section(
    "tests",
    "Tests",
    "A whole `make test` on this machine, run before: its time, and for each tier the time in which at least one "
    "of its tests was under way. Tiers run beside each other, so these add up to more.",
    (WALL,),
    measure,
)
