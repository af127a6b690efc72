"""Measures what telemetry costs, and prints a table and JSON; ends with 1 if it costs more than it may.

In every round each application answers the same requests, one application after the other, so that whatever else the
machine does reaches all of them. What counts is the CPU time of the server's process: it hardly depends on the load of
the machine, as time would. A pipe that somebody reads takes the log, as in a container. Where wrk is installed, it then
tells how many requests a second the bare application and the service with 10 % traces answer. The last line is JSON.
"""

import argparse
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmark import wrk
from benchmark.load import REQUEST, collector, cpu_seconds, send

SERVICE = Path(__file__).parent.parent
FACTOR, MICROSECONDS = 2.6, 200.0
"""What metrics, the access log and 10 % traces may cost: that many times the CPU of the bare application, or that much
more for a request."""

PATIENCE = 20.0
SETTLES = 0.5
"""Seconds for the spans that are still waiting: OTEL_BSP_SCHEDULE_DELAY is shorter here."""


@dataclass(frozen=True)
class Configuration:
    """An application and how it is run.

    Attributes:
        name: What the table calls it.
        factory: Of benchmark.apps.
        options: Of uvicorn.
        ratio: Part of the requests that are traced. No traces when omitted.
    """

    name: str
    factory: str
    options: tuple[str, ...] = ()
    ratio: float | None = None
    measured: list[float] = field(default_factory=list[float])

    @property
    def microseconds(self) -> float:
        """CPU time for a request: the median of the rounds."""
        return statistics.median(self.measured)


def configurations() -> list[Configuration]:
    """The bare application first, what is to be judged last."""
    return [
        Configuration("bare application", "bare", ("--no-access-log",)),
        Configuration("bare, uvicorn's access log", "bare"),
        Configuration("metrics, JSON access log", "service"),
        Configuration("the same, 100 % traces", "service", ratio=1.0),
        Configuration("the same, 10 % traces", "service", ratio=0.1),
    ]


def main() -> int:
    """Run the rounds, print what came out, and tell whether it is within the limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmark", description="Measure what telemetry costs.")
    parser.add_argument("--requests", type=int, default=5000, help="in each round for each application (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="of which the median counts (%(default)s)")
    arguments = parser.parse_args()
    measured = configurations()
    with ExitStack() as stack:
        endpoint = stack.enter_context(collector())
        servers = [stack.enter_context(_server(each, endpoint)) for each in measured]
        for number in range(arguments.rounds + 1):
            for each, (process, port) in zip(measured, servers, strict=True):
                used = _round(process, port, arguments.requests)
                if number:  # the first one warms up
                    each.measured.append(used / arguments.requests * 1e6)
        ports = {each.name: port for each, (_, port) in zip(measured, servers, strict=True)}
        judged = {each.name: ports[each.name] for each in (measured[0], measured[-1])}
        loads = wrk.measure(judged) if wrk.installed() else {}
    return _report(measured, loads)


def _round(process: "subprocess.Popen[bytes]", port: int, requests: int) -> float:
    before = cpu_seconds(process.pid)
    answers = send(port, itertools.repeat(REQUEST, requests))
    if answers[200] != requests:
        raise RuntimeError(f"not all of {requests} answers were 200: {answers}")
    time.sleep(SETTLES)
    return cpu_seconds(process.pid) - before


@contextmanager
def _server(configuration: Configuration, endpoint: str) -> Generator[tuple["subprocess.Popen[bytes]", int]]:
    port = _free_port()
    words = ["--factory", f"benchmark.apps:{configuration.factory}", "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "uvicorn", *words, "--log-level", "info", *configuration.options]
    with (
        subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader,
        subprocess.Popen(
            command,
            cwd=SERVICE,
            env=_variables(configuration, endpoint),
            stdout=reader.stdin,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        if reader.stdin:  # which is now the server's alone
            reader.stdin.close()
        try:
            _wait_for(process, port)
            yield process, port
        finally:
            process.kill()


def _variables(configuration: Configuration, endpoint: str) -> Mapping[str, str]:
    variables = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "IMAGE_TAG": "sha-4f1c", "ENVIRONMENT": "prod"}
    if configuration.ratio is None:
        return variables
    traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER_ARG": str(configuration.ratio)}
    return variables | traces | {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_MAX_QUEUE_SIZE": "10000"}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen")


def _report(measured: list[Configuration], loads: Mapping[str, wrk.Load]) -> int:
    bare, judged = measured[0].microseconds, measured[-1].microseconds
    print(f"{'CPU of a request':<28} {'µs':>7} {'added':>7} {'factor':>7}   {'least':>7} {'most':>7}")
    for each in measured:
        used = each.microseconds
        spread = f"{min(each.measured):>7.1f} {max(each.measured):>7.1f}"
        print(f"{each.name:<28} {used:>7.1f} {used - bare:>7.1f} {used / bare:>7.2f}   {spread}")
    holds = judged <= FACTOR * bare or judged - bare <= MICROSECONDS
    print(f"allowed: {FACTOR} times or {MICROSECONDS:.0f} µs more: {'holds' if holds else 'DOES NOT HOLD'}")
    print(f"{'full load by wrk':<28} {'per second':>15} {'p99 ms':>7}")
    for name, load in loads.items():
        print(f"{name:<28} {load.requests_per_second:>15.0f} {load.p99_ms:>7.2f}")
    if not loads:
        print("not measured: wrk is not installed")
    result = {
        "unit": "microseconds",
        "rounds": {each.name: [round(us, 1) for us in each.measured] for each in measured},
        "load": {name: asdict(load) for name, load in loads.items()},
        "allowed_factor": round(max(FACTOR, 1 + MICROSECONDS / bare), 3),
    }
    print(json.dumps({**result, "factor": round(judged / bare, 3), "added": round(judged - bare, 1), "holds": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
