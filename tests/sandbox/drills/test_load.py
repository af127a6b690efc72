"""The load generator against a server of the test's own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.drills.load import NOT_SENT, Load
from sandbox.processes import eventually

BODY = json.dumps({"image_tag": "sha-0000001", "environment": "sandbox"}).encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections = 0
        self.held = threading.Event()
        self.held.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def own(self) -> Server:
        assert isinstance(self.server, Server)
        return self.server

    def setup(self) -> None:
        super().setup()
        self.own.connections += 1

    def do_GET(self) -> None:
        self.own.held.wait(10)
        if self.path == "/cut":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.held.set()
            server.shutdown()
            thread.join()


def load_on(url: str, **options: float) -> Load:
    return Load(url, environment="sandbox", rate=200, connections=4, **options)  # type: ignore[arg-type]  # numbers


def test_it_sends_at_its_rate_and_on_kept_connections() -> None:
    with serving() as server:
        with load_on(server.url, requests=60) as load:
            assert eventually(lambda: len(load.answers) == 60, 10, interval=0.01)
            assert load.moment >= 59 / 200  # not before its time
        assert server.connections <= 4
    assert {(answer.version, answer.failure) for answer in load.answers} == {("sha-0000001", "")}
    assert max(answer.at for answer in load.answers) == pytest.approx(59 / 200)


def test_it_ends_by_itself_after_its_time() -> None:
    with serving() as server, load_on(server.url, seconds=0.1) as load:
        assert eventually(lambda: not any(thread.is_alive() for thread in load._threads), 10, interval=0.01)
        assert 0 < len(load.answers) <= 21  # both ends included


def test_a_connection_that_is_cut_is_a_failed_request() -> None:
    with serving() as server, load_on(f"{server.url}cut", requests=1) as load:
        assert eventually(lambda: len(load.answers) == 1, 10, interval=0.01)
    assert load.answers[0].failure == "the connection was cut: ProtocolError"


def test_nobody_at_the_port_is_a_failed_request() -> None:
    with serving() as server:
        url = server.url
    with load_on(url, requests=1) as load:
        assert eventually(lambda: len(load.answers) == 1, 10, interval=0.01)
    assert load.answers[0].failure == "no connection to the load balancer"


def test_an_answer_that_does_not_come_is_given_up() -> None:
    with serving() as server:
        server.held.clear()
        with load_on(server.url, requests=1, patience=0.1) as load:
            assert eventually(lambda: len(load.answers) == 1, 10, interval=0.01)
    assert load.answers[0].failure == "no answer within 0.1 s"


def test_requests_that_no_client_was_free_to_send_have_failed() -> None:
    with serving() as server:
        server.held.clear()
        with load_on(server.url, seconds=1.5) as load:
            assert eventually(lambda: load.moment > 2.6, 10, interval=0.01)
            server.held.set()
            assert eventually(lambda: len(load.answers) == 301, 10, interval=0.01)
    failures = [answer.failure for answer in load.answers]
    assert set(failures) == {"", NOT_SENT}
    assert failures.count("") == 4


@pytest.mark.parametrize(
    "url", ["http://example.com/", "http://192.0.2.1/", "https://localhost/", "http://localhost.example.com/"]
)
def test_it_puts_load_on_nothing_but_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="drills put load on nothing else"):
        load_on(url)


def test_a_rate_must_be_above_0() -> None:
    with pytest.raises(ValueError, match="must be above 0, are 0 and 4"):
        Load("http://localhost/", environment="sandbox", rate=0, connections=4)
