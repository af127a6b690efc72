"""Requests, a collector that takes spans, and the CPU time of the process that answers."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONNECTIONS = 8
TRACE_ID = b"X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678"
REQUEST = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n" + TRACE_ID + b"\r\n\r\n"


def send(port: int, requests: Iterable[bytes]) -> Counter[int]:
    """Send requests over a few connections of loopback, each when the one before has been answered.

    Args:
        port: On 127.0.0.1.
        requests: Whole and without a body, none of which may end its connection.

    Returns:
        How many of the answers had which status.

    Raises:
        asyncio.IncompleteReadError: The server closed a connection.
    """
    return asyncio.run(_send(port, iter(requests)))


async def _send(port: int, requests: Iterator[bytes]) -> Counter[int]:
    statuses = await asyncio.gather(*(_visit(port, requests) for _ in range(CONNECTIONS)))
    return sum(statuses, Counter[int]())


async def _visit(port: int, requests: Iterator[bytes]) -> Counter[int]:
    statuses = Counter[int]()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        statuses[int(head.split(b" ", 2)[1])] += 1
    writer.close()
    await writer.wait_closed()
    return statuses


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its threads have used, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


@contextmanager
def collector() -> Generator[str]:
    """A collector of OTLP/HTTP that takes everything and keeps nothing; its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Takes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Takes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer that all is well."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
