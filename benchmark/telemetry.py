"""What the service's logs, metrics and traces cost it, as its own benchmark measures."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.figures import PROJECT, Bench, Figure, Section
from benchmark.processes import run

SERVICE = PROJECT / "service"
PYTHON = SERVICE / ".venv" / "bin" / "python"
ROUNDS, REQUESTS = 3, 2000
ABOVE_LIMITS = 1
"""Exit code of the service's benchmark when telemetry costs too much; everything is measured all the same."""

WITHOUT_WRK = "wrk is not installed"

CPU = Figure("CPU of a request, against the bare application", "x")
THROUGHPUT = Figure("requests a second, against the bare application", "x")
P99 = Figure("p99, against the bare application", "x")


def measure(_bench: Bench) -> Iterator[Figure]:
    """Run the service's benchmark in its own environment."""
    words: list[str | Path] = [PYTHON, "-m", "benchmark", f"--rounds={ROUNDS}", f"--requests={REQUESTS}"]
    printed = run(words, folder=SERVICE, environment={"PYTHONPATH": ""}, accepted=(0, ABOVE_LIMITS))
    yield from figures_of(json.loads(printed.splitlines()[-1]))


def figures_of(told: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of what the service's benchmark tells in its last line."""
    yield Figure(CPU.name, CPU.unit, at_most=told["allowed_factor"]).measured(told["factor"])
    yield Figure("CPU of a request, added", "µs").measured(told["added"])
    if not told["load"]:
        yield from (figure.not_measured(WITHOUT_WRK) for figure in (THROUGHPUT, P99))
        return
    bare, instrumented = told["load"].values()
    yield THROUGHPUT.measured(instrumented["requests_per_second"] / bare["requests_per_second"])
    yield P99.measured(instrumented["p99_ms"] / bare["p99_ms"])
    for title, load in (("instrumented service", instrumented), ("bare application", bare)):
        yield Figure(f"{title}: requests a second", "").measured(load["requests_per_second"])
        yield Figure(f"{title}: p99", "ms").measured(load["p99_ms"])


SECTION = Section(
    "telemetry",
    "Telemetry",
    "What metrics, the access log and traces of 10 % of the requests cost the service, against FastAPI with "
    f"nothing else; the route does nothing. CPU time of the server's process, median of {ROUNDS} interleaved "
    "rounds. Requests a second and p99 under full load by wrk, over eight connections of loopback, median of "
    "interleaved rounds; wrk and the server share the machine.",
    (CPU, THROUGHPUT, P99),
    measure,
)
