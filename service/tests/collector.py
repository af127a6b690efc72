"""A collector of traces, made of OpenTelemetry's own messages; and those that are out of order."""

import gzip
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What has arrived.

    Attributes:
        url: Where it takes OTLP/HTTP, without a path.
        asked: Requests that began, whether they were answered or not.
    """

    url: str
    spans: list[Span] = field(default_factory=list[Span])
    resources: list[Resource] = field(default_factory=list[Resource])
    asked: int = 0

    def take(self, body: bytes) -> None:
        """Keep what a request brings."""
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(of_resource.resource)
            self.spans.extend(span for of_scope in of_resource.scope_spans for span in of_scope.spans)


def attributes(holder: Span | Resource) -> dict[str, object]:
    """The attributes as Python's values."""
    return {each.key: _value(each) for each in holder.attributes}


def _value(attribute: KeyValue) -> object:
    value: object = getattr(attribute.value, attribute.value.WhichOneof("value") or "string_value")
    return value


@contextmanager
def collecting(*, status: int = 200, silent: bool = False) -> Generator[Collector]:
    """Run a collector on a free port of 127.0.0.1.

    Args:
        status: What it answers. It takes the spans when omitted.
        silent: It accepts, reads, and never answers.
    """
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            collector.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if silent:
                ended.wait()
                self.close_connection = True
                return
            if status == 200:
                assert self.path == "/v1/traces"
                collector.take(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - the base class's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield collector
        finally:
            ended.set()
            server.shutdown()
            thread.join()
