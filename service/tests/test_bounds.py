"""What nobody can make the service do by asking oddly, by not reading its log, or by not taking its spans."""

import asyncio
import fcntl
import json
import os
import random
import signal
import socket
import string
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message

from benchmark.load import send
from tests import dockerfile
from tests.collector import Collector, collecting
from tests.server import PATIENCE, VISITOR, Server, server_command, server_environment, started_server, wait_for

REQUEST = b"GET /?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
OF_A_LONG_LINE = REQUEST.removesuffix(b"\r\n") + b"X-Amzn-Trace-Id: " + b'"' * 256 + b"\r\n\r\n"


def metric(url: str, name: str) -> float:
    """The sum of a metric's samples."""
    families = text_string_to_metric_families(VISITOR.get(f"{url}/metrics").text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


async def ask(app: FastAPI, method: str, path: str, query: str) -> None:
    """Hand a request over as a server does, but with whatever method: httptools knows some 40 only."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        pass

    scope: dict[str, object] = {"type": "http", "http_version": "1.1", "scheme": "http", "headers": []}
    scope |= {"method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode()}
    await app(scope, receive, send)


def series(app: FastAPI) -> set[tuple[str, ...]]:
    """The names and labels of all metrics of requests."""
    return {
        (sample.name, *sample.labels.values())
        for family in app.state.metrics.registry.collect()
        for sample in family.samples
        if sample.name.startswith("http_")
    }


def test_ten_thousand_paths_and_methods_are_as_many_series_as_two(app: FastAPI) -> None:
    choice = random.Random(7)  # noqa: S311 - the same in each run

    def text() -> str:
        return "".join(choice.choices(string.printable, k=8))

    async def run() -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
        await ask(app, "GET", "/nowhere", "")
        await ask(app, "BREW", "/nowhere", "")
        before = series(app)
        for number in range(10_000):
            await ask(app, "GET" if number % 2 else text(), f"/{text()}/{text()}", text())
        return before, series(app)

    before, after = asyncio.run(run())

    assert after == before
    assert (
        app.state.metrics.registry.get_sample_value(
            "http_requests_total", {"method": "GET", "route": "unmatched", "status": "404"}
        )
        == 5001
    )


@contextmanager
def refusing() -> Generator[Collector]:
    """Where nobody listens."""
    with socket.socket() as unserved:
        unserved.bind(("127.0.0.1", 0))
        yield Collector(f"http://127.0.0.1:{unserved.getsockname()[1]}")


def test_a_collector_that_is_out_of_order_fails_no_request_and_holds_up_no_shutdown(tmp_path: Path) -> None:
    collectors = {"refuses": refusing(), "never-answers": collecting(silent=True), "fails": collecting(status=500)}
    batches = {"SCHEDULE_DELAY": "20", "MAX_QUEUE_SIZE": "64", "MAX_EXPORT_BATCH_SIZE": "16"}
    with ExitStack() as stack:
        servers: list[Server] = []
        for fault, opened in collectors.items():
            collector = stack.enter_context(opened)
            variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER_ARG": "1"}
            variables |= {f"OTEL_BSP_{name}": value for name, value in batches.items()}
            server = stack.enter_context(started_server(tmp_path / fault, environment=variables))
            assert send(server.port, [REQUEST] * 100) == {200: 100}
            assert fault == "refuses" or wait_for(partial(getattr, collector, "asked"))
            # An export may take 10 s: if each of these had to wait for one, this would take half an hour.
            assert send(server.port, [REQUEST] * 200) == {200: 200}
            server.process.send_signal(signal.SIGTERM)
            servers.append(server)

        for server in servers:
            assert server.process.wait(PATIENCE) == -signal.SIGTERM
            assert len(server.access_log()) == 300
            assert "Finished server process" in server.lines()[-1]["message"]
            assert server.lines(level="ERROR") == []


@contextmanager
def unread_server() -> Generator[tuple["subprocess.Popen[bytes]", int]]:
    """A server whose stdout is the smallest pipe, which nobody reads; and its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with subprocess.Popen(
        server_command(port=str(port)),
        cwd=dockerfile.SERVICE,
        env=server_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        try:
            wait_for(lambda: accepts(port))
            yield process, port
        finally:
            process.kill()


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_log_that_nobody_reads_fails_no_request_and_tells_later_what_it_lacks() -> None:
    with unread_server() as (process, port):
        assert send(port, [OF_A_LONG_LINE] * 2000) == {200: 2000}
        dropped = metric(f"http://127.0.0.1:{port}", "log_lines_dropped_total")
        assert dropped > 0

        assert process.stdout is not None
        log = b""
        while b"lines were dropped" not in log:  # the last one of those that waited
            log += os.read(process.stdout.fileno(), 1 << 16)
        process.send_signal(signal.SIGTERM)
        log += process.stdout.read()
        process.wait(PATIENCE)
    lines = [json.loads(line) for line in log.splitlines()]

    assert f"{dropped:.0f} lines were dropped, because nobody read them" in {line["message"] for line in lines}
    assert len([line for line in lines if line["logger"] == "access"]) == 2000 - dropped
    assert "Finished server process" in lines[-1]["message"]


def test_a_log_that_nobody_reads_holds_up_no_shutdown() -> None:
    with unread_server() as (process, port):
        assert send(port, [OF_A_LONG_LINE] * 500) == {200: 500}
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) == -signal.SIGTERM
