"""Counts, times and logs what the service answers."""

import logging
from json.encoder import encode_basestring as quoted
from time import perf_counter, time

from opentelemetry import trace
from prometheus_client import Counter, Gauge, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry import lines
from app.telemetry.metrics import Metrics
from app.telemetry.output import Output
from app.telemetry.routes import Routes

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
"""Those of RFC 9110 and RFC 5789. Whoever asks may write anything else: as a label that is OTHER."""

UNMEASURED = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Paths that ask about the service instead of asking it. They are logged when they fail."""

ERRORS = 400
"""HTTP's statuses of errors start here."""

SERVER_ERROR = 500
"""What the server answers if the application does not."""

CLIENT_CLOSED_REQUEST = 499
"""What nginx logs for a client that hung up before the answer began. No fault of the service."""

AMZN_TRACE_ID = b"x-amzn-trace-id"
AMZN_TRACE_ID_LENGTH = 256
"""Characters of the header that are logged: the load balancer keeps what a visitor wrote, and adds to it."""

Key = tuple[str, str, int]

_logger = logging.getLogger("app")


class RequestTelemetry:
    """Measures each request and writes a line about it: a pure ASGI middleware, which belongs around all others."""

    def __init__(self, app: ASGIApp, *, routes: Routes, metrics: Metrics, output: Output, traced: bool) -> None:
        """Wrap an application.

        Args:
            app: What to measure.
            routes: The templates of the application's routes.
            metrics: Where to count.
            output: Where to write the lines.
            traced: Whether there are spans to join with.
        """
        self._app, self._routes, self._metrics, self._output, self._traced = app, routes, metrics, output, traced
        # To look a series up by its labels costs prometheus_client more than to add to it. There are as many of them
        # as templates, known methods and statuses that occurred.
        self._series: dict[Key, tuple[Counter, Histogram]] = {}
        self._gauges: dict[str, Gauge] = {}
        self._heads: dict[Key, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(self, scope, send)
        try:
            await self._app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.hung_up()
        except BaseException:
            if self._traced:
                lines.UNHANDLED.set(trace.get_current_span().get_span_context())
            raise
        finally:
            exchange.finish()

    def begun(self, method: str) -> Gauge:
        """Count a request that is being answered, and return where."""
        gauge = self._gauges.get(method)
        if gauge is None:
            gauge = self._gauges[method] = self._metrics.in_progress.labels(method)
        gauge.inc()
        return gauge

    def finished(self, scope: Scope, method: str, status: int, seconds: float, until_begun: float | None) -> None:
        """Count and log a request that has been answered.

        Args:
            scope: Of the request.
            method: As a label.
            status: Of the answer.
            seconds: Until the end of the answer.
            until_begun: Seconds until it began: how long a stream goes on says nothing about how fast the service is.
                None if the request is not measured.
        """
        span = trace.get_current_span().get_span_context() if self._traced else trace.INVALID_SPAN_CONTEXT
        key = (method, self._routes.template(scope), status)
        if until_begun is not None:
            exemplar = None
            if span.trace_flags.sampled:
                exemplar = {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
            count, duration = self._series.get(key) or self._new_series(key)
            count.inc(1, exemplar)
            duration.observe(until_begun, exemplar)
        head = self._heads.get(key) or self._new_head(key)
        joined = lines.joined_with(span) if self._traced else ""
        said = f'{{"timestamp":"{lines.CLOCK.text(time())}"{head}{seconds * 1000:.2f}{_of_client(scope)}{joined}}}\n'
        self._output.write(lines.encoded(said))

    def _new_series(self, key: Key) -> tuple[Counter, Histogram]:
        labels = [str(part) for part in key]
        series = self._metrics.requests.labels(*labels), self._metrics.duration.labels(*labels)
        self._metrics.begin(*labels[:2])
        self._series[key] = series
        return series

    def _new_head(self, key: Key) -> str:
        method, route, status = key
        head = self._heads[key] = (
            f',"level":"INFO","logger":"access","message":{quoted(f"{method} {route} {status}")}{lines.WRITER},'
            f'"http_method":"{method}","http_route":{quoted(route)},"http_status":{status},"duration_ms":'
        )
        return head


class _Exchange:
    """A request and its answer."""

    __slots__ = (
        *("_begun", "_finished", "_gauge", "_measured", "_method", "_scope", "_send", "_status", "_telemetry"),
        "_until_begun",
    )

    def __init__(self, telemetry: RequestTelemetry, scope: Scope, send: Send) -> None:
        self._begun = perf_counter()
        self._telemetry, self._scope, self._send = telemetry, scope, send
        self._method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._measured = scope["path"] not in UNMEASURED
        self._gauge = telemetry.begun(self._method) if self._measured else None
        self._status, self._finished = SERVER_ERROR, False
        self._until_begun: float | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._until_begun = perf_counter() - self._begun
        await self._send(message)
        # Not when the application returns: tasks in the background come after the answer and are no part of it.
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.finish()

    def hung_up(self) -> None:
        if self._until_begun is None:
            self._status = CLIENT_CLOSED_REQUEST

    def finish(self) -> None:
        if self._finished:
            return
        self._finished = True
        if self._gauge:
            self._gauge.dec()
        if self._measured or self._status >= ERRORS:
            seconds = perf_counter() - self._begun
            begun = seconds if self._until_begun is None else self._until_begun
            try:
                self._telemetry.finished(
                    self._scope, self._method, self._status, seconds, begun if self._measured else None
                )
            except Exception:  # a request must not fail because it cannot be counted
                _logger.exception("A request could not be counted")


def _of_client(scope: Scope) -> str:
    """The members about who asks, with a comma in front of each."""
    client = scope.get("client")
    members = f',"client_address":{quoted(client[0])}' if client else ""
    for name, value in scope["headers"]:
        if name == AMZN_TRACE_ID:
            return f'{members},"amzn_trace_id":{quoted(value[:AMZN_TRACE_ID_LENGTH].decode("latin-1"))}'
    return members
