"""What comes between the command, the emulated AWS and the container engine, and misbehaves."""

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sandbox.drills.interference import EngineForwarder, Trouble, api_in_front_of, engine_forwarder

CREATES = b"POST /v1.41/containers/create HTTP/1.1"
PATIENCE = 5.0


class Engine:
    """Answers each piece that it is sent with the same, and keeps what it was sent."""

    def __init__(self, path: Path) -> None:
        self.got: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(client,), daemon=True).start()

    def _echo(self, client: socket.socket) -> None:
        with client:
            while chunk := client.recv(65536):
                self.got.append(chunk)
                client.sendall(chunk)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, EngineForwarder]]:
    with TemporaryDirectory(prefix="slipway-") as folder:  # the path of a socket has to be short
        behind = Engine(Path(folder, "engine"))
        with engine_forwarder(f"unix://{folder}/engine") as forwarder:
            assert forwarder
            yield behind, forwarder
        behind.close()


def asked(forwarder: EngineForwarder, words: bytes) -> bytes:
    """What comes back on a connection of its own; nothing if it is closed without."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(forwarder.host.removeprefix("unix://"))
        try:
            client.sendall(words)
            return client.recv(65536)
        except ConnectionError:
            return b""


def test_an_engine_that_is_cut_takes_nothing_and_counts_who_asked(engine: tuple[Engine, EngineForwarder]) -> None:
    behind, forwarder = engine
    assert asked(forwarder, b"before") == b"before"
    forwarder.cut()
    assert [asked(forwarder, b"meanwhile"), asked(forwarder, b"meanwhile")] == [b"", b""]
    assert forwarder.refused == 2
    forwarder.mend()
    assert asked(forwarder, b"after") == b"after"
    assert behind.got == [b"before", b"after"]


def test_an_engine_is_cut_at_the_first_request_for_a_container(engine: tuple[Engine, EngineForwarder]) -> None:
    behind, forwarder = engine
    forwarder.cut_at(b"/containers/create")
    assert asked(forwarder, b"GET /v1.41/containers/json") == b"GET /v1.41/containers/json"
    assert asked(forwarder, CREATES) == b""
    assert forwarder.is_cut.is_set()
    forwarder.mend()
    assert asked(forwarder, CREATES) == CREATES
    assert behind.got == [b"GET /v1.41/containers/json", CREATES]


class Service(BaseHTTPRequestHandler):
    """Answers every POST with 200."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def called(port: int, action: str, protocol: str = "form") -> int:
    """The status that a call of AWS is answered with, in its JSON protocol or as a form."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    body, headers = f"Action={action}&Version=1", {}
    if protocol == "json":
        body, headers = "{}", {"X-Amz-Target": f"Service.{action}", "Content-Type": "application/x-amz-json-1.1"}
    try:
        connection.request("POST", "/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("protocol", ["json", "form"])
def test_the_first_two_calls_of_each_kind_are_refused_and_the_third_is_passed_on(port: int, protocol: str) -> None:
    with api_in_front_of(port) as api:
        assert called(api.server_port, "Describe", protocol) == 200
        api.stumbles = True
        told = [called(api.server_port, action, protocol) for action in ("Create", "Execute", "Create", "Create")]
        assert told == [400, 400, 503, 200]
        assert api.refused == ["Create", "Execute", "Create"]


def test_in_trouble_every_call_is_refused_and_none_after_it(port: int) -> None:
    with api_in_front_of(port) as api:
        api.trouble = Trouble.UNAVAILABLE
        assert [called(api.server_port, "Create"), called(api.server_port, "Create")] == [503, 503]
        api.trouble = Trouble.NONE
        assert called(api.server_port, "Create") == 200
