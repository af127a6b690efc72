"""An engine is asked for the version of its API by a ping, which costs it nothing."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docker
import pytest
from docker.errors import DockerException

from sandbox.docker_client import engine_client, ping_first


@dataclass
class StandIn:
    """An engine as far as versions go.

    Attributes:
        says: the version that it tells with a ping; None, none.
        asked: the paths, in the order in which they were asked for.
    """

    says: str | None = "1.44"
    asked: list[str] = field(default_factory=list)
    host: str = ""


@pytest.fixture
def engine() -> Iterator[StandIn]:
    engine = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            engine.asked.append(self.path)
            self.send_response(200)
            if self.path.endswith("/_ping") and engine.says:
                self.send_header("Api-Version", engine.says)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"ApiVersion": "1.45"}).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        engine.host = f"tcp://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield engine
        server.shutdown()
        thread.join()


@pytest.fixture
def from_environment(engine: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """`docker.from_env` pings that engine."""
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    monkeypatch.setattr(docker, "from_env", docker.from_env)
    ping_first()


def test_the_version_comes_with_a_ping(engine: StandIn) -> None:
    assert engine_client(engine.host).api.api_version == "1.44"
    assert engine.asked == ["/_ping"]


def test_an_engine_that_does_not_say_is_asked(engine: StandIn) -> None:
    engine.says = None
    assert engine_client(engine.host).api.api_version == "1.45"
    assert engine.asked == ["/_ping", "/version"]


def test_where_no_engine_answers_there_is_no_client() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(DockerException):
            engine_client(f"tcp://127.0.0.1:{deaf.getsockname()[1]}")


@pytest.mark.usefixtures("from_environment")
def test_clients_of_one_process_ask_once(engine: StandIn) -> None:
    assert [docker.from_env(timeout=5).api.api_version for _ in range(3)] == ["1.44"] * 3
    assert engine.asked == ["/_ping"]


@pytest.mark.usefixtures("from_environment")
def test_who_says_a_version_gets_it(engine: StandIn) -> None:
    assert docker.from_env(version="1.43").api.api_version == "1.43"
    assert engine.asked == []
