"""Real servers on loopback, each ended by its process's id when its block is left, however that happens."""

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from observability.notifications.receiver import Post, Receiver
from tests.conftest import PROJECT

OBSERVABILITY = PROJECT / "observability"

PATIENCE = 20.0
"""Seconds that a test waits for something that takes a fraction of them."""

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
    "docker-compose": "docker-compose",
}
"""Debian's package by program."""

_Result = TypeVar("_Result")


def program(name: str) -> str | None:
    """Where that program is, under its own name or Debian's."""
    return shutil.which(name) or shutil.which(f"prometheus-{name}")


def needs(*names: str) -> pytest.MarkDecorator:
    """Skips where one of these programs is missing, and says what to install."""
    missing = sorted({PACKAGES[name] for name in names if program(name) is None})
    return pytest.mark.skipif(
        bool(missing), reason=f"install {' and '.join(missing)} (apt-get install) to run this test"
    )


def wait_for(probe: Callable[[], _Result], *, seconds: float = PATIENCE) -> _Result:
    """Ask until the answer is neither empty nor an error of the connection, and return it.

    Raises:
        TimeoutError: that took longer than so many seconds.
    """
    deadline = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < deadline:
        try:
            if last := probe():
                return last  # pyright: ignore[reportReturnType] - it is what the probe returned
        except OSError as error:
            last = error
        time.sleep(0.05)
    message = f"{probe} gave no answer within {seconds} s; the last one was {last!r}"
    raise TimeoutError(message)


def ask(url: str, body: object = None, **parameters: str) -> Any:
    """The JSON that this URL answers: of a POST where there is a body, else of a GET."""
    asked = f"{url}?{urllib.parse.urlencode(parameters)}" if parameters else url
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(asked, data=content, headers={"Content-Type": "application/json"})  # noqa: S310 - always http
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - always http
        text = answer.read().decode()
    return json.loads(text) if text.strip().startswith(("{", "[", '"')) else text


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def started(
    command: Sequence[str],
    *,
    log: Path,
    ready: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generator[int]:
    """Start a server, wait until it answers, give its process's id, and end it.

    Args:
        log: takes what it prints.
        ready: a URL that answers 200 when the server is.
        folder: the working directory. The project when omitted.
        environment: all of its variables. Those of this process when omitted.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder or PROJECT,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text(errors="replace")
        ask(ready)
        return True

    try:
        wait_for(answers)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Alertmanager:
    """A running Alertmanager. Its URL has no slash at the end."""

    url: str

    def alerts(self) -> list[dict[str, Any]]:
        """What it knows of, suppressed alerts included."""
        known: list[dict[str, Any]] = ask(f"{self.url}/api/v2/alerts")
        return known

    def raise_alerts(self, *alerts: Mapping[str, Any]) -> None:
        """Hand it alerts, as Prometheus does."""
        ask(f"{self.url}/api/v2/alerts", list(alerts))


@contextmanager
def started_alertmanager(folder: Path, configuration: str) -> Generator[Alertmanager]:
    """A real Alertmanager with that configuration, which keeps its state in that folder."""
    executable = program("alertmanager")
    assert executable, "tests that start Alertmanager are marked with needs('alertmanager')"
    (folder / "alertmanager.yaml").write_text(configuration)
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        executable,
        f"--config.file={folder / 'alertmanager.yaml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",  # alone
    ]
    with started(command, log=folder / "alertmanager.log", ready=f"{url}/-/ready"):
        yield Alertmanager(url)


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus. Its URL has no slash at the end."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression has now."""
        found: list[dict[str, Any]] = ask(f"{self.url}/api/v1/query", query=expression)["data"]["result"]
        return found

    def exemplars(self, selector: str) -> list[dict[str, Any]]:
        """The exemplars of these series within the last minute, each with its labels."""
        now = time.time()
        found = ask(f"{self.url}/api/v1/query_exemplars", query=selector, start=str(now - 60), end=str(now))["data"]
        return [exemplar for series in found for exemplar in series["exemplars"]]

    def targets(self) -> dict[str, str]:
        """Health by job."""
        active = ask(f"{self.url}/api/v1/targets", state="active")["data"]["activeTargets"]
        return {each["labels"]["job"]: each["health"] for each in active}


@contextmanager
def started_prometheus(configuration: Path, *, port: int) -> Generator[Prometheus]:
    """A real Prometheus with that configuration, which keeps its data beside it and listens on that port."""
    executable = program("prometheus")
    assert executable, "tests that start Prometheus are marked with needs('prometheus')"
    url = f"http://127.0.0.1:{port}"
    command = [
        executable,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={configuration.parent / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--enable-feature=exemplar-storage",
        "--rules.alert.resend-delay=1s",  # the first alerts may find Alertmanager not yet discovered
    ]
    with started(command, log=configuration.parent / "prometheus.log", ready=f"{url}/-/ready"):
        yield Prometheus(url)


@contextmanager
def started_receiver(tell: Callable[[Post], None] | None = None) -> Generator[Receiver]:
    """The laptop's receiver of notifications, in this process; `url_of` says where to post to.

    Args:
        tell: called with each post, of which the receiver itself forgets the oldest.
    """
    with Receiver(("127.0.0.1", 0), tell=tell) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


def url_of(receiver: Receiver) -> str:
    """Where to post to, without a slash at the end."""
    return f"http://127.0.0.1:{receiver.server_address[1]}"
