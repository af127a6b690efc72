"""Starts real servers with the command that the image starts with."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from tests import dockerfile

PATIENCE = 20.0
"""Seconds that a test waits for something that takes a fraction of one."""

VISITOR = httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0))
"""Asks servers, over a new connection each time. To make a client takes 50 ms of CPU, because it reads certificates."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def lines(self, **members: object) -> list[dict[str, Any]]:
        """The lines so far that have these members. Fails if any line is no JSON object."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if members.items() <= line.items()]

    def access_log(self) -> list[dict[str, Any]]:
        """The lines of the access log so far."""
        return self.lines(logger="access")


def server_command(app: str = "app.main:app", **options: str) -> list[str]:
    """The image's CMD, but on a free port of 127.0.0.1, with other options replaced as given (`a_b` for `--a-b`)."""
    program, _, *arguments = dockerfile.command()
    replaced = {"host": "127.0.0.1", "port": "0"} | options
    for name, value in replaced.items():
        arguments[arguments.index("--" + name.replace("_", "-")) + 1] = value
    return [sys.executable, "-m", program, app, *arguments]


def server_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a container: nothing of this process's but what Python needs, and what is given."""
    return {"PATH": os.environ["PATH"], **(environment or {})}


@contextmanager
def started_server(
    log: Path, *, app: str = "app.main:app", environment: Mapping[str, str] | None = None, **options: str
) -> Generator[Server]:
    """Start a server, wait until it accepts connections, and end it if the test has not.

    Args:
        log: File that receives what the server prints.
        app: The application to serve.
        environment: Variables of the server. None when omitted.
        options: Options of uvicorn that replace those in CMD.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            server_command(app, **options),
            cwd=dockerfile.SERVICE,
            env=server_environment(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def port() -> int | None:
        assert process.poll() is None, log.read_text()
        listening = re.search(r"running on http://127\.0\.0\.1:(\d+)", log.read_text())
        return int(listening[1]) if listening else None

    try:
        yield Server(process, wait_for(port), log)
    finally:
        process.kill()
        process.wait()


@contextmanager
def request_in_flight(port: int) -> Generator[tuple[http.client.HTTPConnection, http.client.HTTPResponse]]:
    """A request that tests.slow_app has begun to answer, and cannot finish before the body's last chunk is sent."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", "/until-the-body-ends")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        with connection.getresponse() as response:
            assert response.readline() == b"started\n"
            yield connection, response


def wait_for(probe: Callable[[], _Result | None]) -> _Result:
    """Ask until the answer is neither None nor False, and return it.

    Raises:
        TimeoutError: That took longer than PATIENCE.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if result := probe():
            return result
        time.sleep(0.02)
    message = f"{probe} gave no answer within {PATIENCE} s"
    raise TimeoutError(message)
