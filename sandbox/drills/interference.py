"""What comes between the command, the emulated AWS and the container engine, so that these seem to be in trouble.

Each is a small forwarder on this machine that a drill puts in the way, and that can be told to misbehave. What it
stands for is not touched: an engine has other containers than those of the drill.
"""

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs

CHUNK = 65536
"""Bytes that are passed on at once."""

PATIENCE = 60.0
"""Seconds for the emulator's answer."""

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Trouble(Enum):
    """How AWS answers while it is in trouble: the status, the code of its error and its words."""

    NONE = (200, "", "")
    THROTTLED = (400, "ThrottlingException", "Rate exceeded")
    UNAVAILABLE = (503, "ServiceUnavailableException", "The service is unavailable. Please try again.")


class Api(ThreadingHTTPServer):
    """The emulated AWS at another port, where it can be made to answer with errors.

    Attributes:
        trouble: how it answers from now on.
        stumbles: whether the first request of each kind is throttled, too, and the second is answered with 503.
        refused: the kinds of requests that were answered with an error, such as CreateChangeSet, one for each.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.behind, self.trouble, self.stumbles = port, Trouble.NONE, False
        self.refused: list[str] = []
        self._seen: Counter[str] = Counter()

    def trouble_with(self, kind: str) -> Trouble:
        """How it answers a request of this kind."""
        self._seen[kind] += 1
        first = {1: Trouble.THROTTLED, 2: Trouble.UNAVAILABLE} if self.stumbles else {}
        trouble = self.trouble if self.trouble is not Trouble.NONE else first.get(self._seen[kind], Trouble.NONE)
        if trouble is not Trouble.NONE:
            self.refused.append(kind)
        return trouble


@contextmanager
def api_in_front_of(port: int) -> Iterator[Api]:
    """Answer at a port of its own as long as the block goes on."""
    with Api(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        assert isinstance(self.server, Api)  # noqa: S101 - it is made by nobody else
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trouble = self.server.trouble_with(_kind(self.path, self.headers.get("X-Amz-Target", ""), body))
        if trouble is Trouble.NONE:
            self._pass_on(body, self.server.behind)
        else:
            self._refuse(*trouble.value)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815 - the names that http.server looks for

    def _pass_on(self, body: bytes, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body, kept | {"Host": f"localhost:{port}"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self._answer(answer.status, dict(answer.getheaders()), content)

    def _refuse(self, status: int, code: str, words: str) -> None:
        """As AWS does in both of its protocols: JSON for requests of that kind, XML for the others."""
        if "json" in self.headers.get("Content-Type", ""):
            body, kind = f'{{"__type": "{code}", "message": "{words}"}}', self.headers["Content-Type"]
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{words}</Message></Error>"
            body, kind = f"<ErrorResponse>{error}<RequestId>drill</RequestId></ErrorResponse>", "text/xml"
        self._answer(status, {"Content-Type": kind, "x-amzn-ErrorType": code}, body.encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {*HOP_BY_HOP, "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _kind(path: str, target: str, body: bytes) -> str:
    """What a request asks for: by its header in the JSON protocols, by a field of its form, else by its path."""
    asked = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return target.rpartition(".")[2] or asked or path.partition("?")[0].rpartition("/")[2]


class EngineForwarder:
    """The container engine at a socket of its own, which can be cut.

    Attributes:
        refused: how many connections were not taken while it was cut.
        is_cut: set while it is.
    """

    def __init__(self, path: Path, engine: str) -> None:
        """Listen.

        Args:
            path: of the socket.
            engine: where the engine listens, as DOCKER_HOST takes it.
        """
        self._engine = engine.removeprefix("unix://")
        self._path = path
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._fatal: bytes | None = None
        self.refused, self.is_cut = 0, threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def host(self) -> str:
        """As DOCKER_HOST takes it."""
        return f"unix://{self._path}"

    def cut(self) -> None:
        """Close each new connection at once, and break those that there are, as an engine does that stops."""
        self.is_cut.set()
        with self._lock:
            ends, self._open = list(self._open), set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut_at(self, words: bytes) -> None:
        """Be cut as soon as a request with these words comes, which is not passed on."""
        self._fatal = words

    def mend(self) -> None:
        """Take connections again."""
        self._fatal = None
        self.is_cut.clear()

    def close(self) -> None:
        """Listen no more."""
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes up who waits for connections
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            if self.is_cut.is_set():
                self.refused += 1
                client.close()
            else:
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine:
            with suppress(OSError):
                engine.connect(self._engine)
                with self._lock:
                    self._open |= {client, engine}
                back = threading.Thread(target=_copy, args=(engine, client), daemon=True)
                back.start()
                _copy(client, engine, self._passes)
                back.join()
            with self._lock:
                self._open -= {client, engine}

    def _passes(self, chunk: bytes) -> bool:
        """Whether this may be passed on; if it is what is waited for, the way to the engine is cut."""
        if self._fatal and self._fatal in chunk:
            self._fatal = None
            self.cut()
        return not self.is_cut.is_set()


def _copy(source: socket.socket, sink: socket.socket, passes: Callable[[bytes], bool] = lambda _: True) -> None:
    """Hand on what comes until no more does, or it may not pass; the other direction goes on."""
    with suppress(OSError):
        while (chunk := source.recv(CHUNK)) and passes(chunk):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def engine_forwarder(engine: str) -> Iterator[EngineForwarder | None]:
    """A way to the engine that can be cut, as long as the block goes on; None if the engine has no socket of a file.

    Args:
        engine: where it listens, as DOCKER_HOST takes it.
    """
    if not engine.startswith("unix://"):
        yield None
        return
    with TemporaryDirectory(prefix="slipway-") as folder:  # the path of a socket has to be short
        forwarder = EngineForwarder(Path(folder, "engine.sock"), engine)
        try:
            yield forwarder
        finally:
            forwarder.close()
