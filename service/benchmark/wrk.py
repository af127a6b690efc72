"""Requests a second and their latency, as wrk measures them."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.load import CONNECTIONS, TRACE_ID

SCRIPT = Path(__file__).with_name("wrk.lua")
ROUNDS, SECONDS = 5, 3
"""SECONDS of load in each round, to each application."""


@dataclass(frozen=True)
class Load:
    """What an application did when it had as much to do as it can.

    Attributes:
        requests_per_second: The median of the rounds.
        p99_ms: Milliseconds within which 99 % of the requests were answered; likewise.
    """

    requests_per_second: float
    p99_ms: float


def installed() -> bool:
    """Whether wrk is on PATH."""
    return shutil.which("wrk") is not None


def measure(ports: Mapping[str, int]) -> dict[str, Load]:
    """Put load on applications, one after the other in every round.

    Args:
        ports: Of each application on 127.0.0.1, by its name.

    Raises:
        RuntimeError: A request was not answered with 200, or not at all.
    """
    found: dict[str, list[Load]] = {name: [] for name in ports}
    for number in range(ROUNDS + 1):
        for name, port in ports.items():
            load = _round(port)
            if number:  # the first one warms up
                found[name].append(load)
    return {
        name: Load(
            statistics.median(each.requests_per_second for each in loads),
            statistics.median(each.p99_ms for each in loads),
        )
        for name, loads in found.items()
    }


def _round(port: int) -> Load:
    options = ["--threads=1", f"--connections={CONNECTIONS}", f"--duration={SECONDS}s", f"--script={SCRIPT}"]
    command = ["wrk", *options, f"--header={TRACE_ID.decode()}", f"http://127.0.0.1:{port}/nothing"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told = json.loads(printed.splitlines()[-1])
    if told["failed"] or not told["requests"]:
        raise RuntimeError(f"{told['failed']} of {told['requests']} requests failed")
    return Load(told["requests"] / told["seconds"], told["p99_ms"])
