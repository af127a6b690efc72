"""How a line of the log looks: one JSON object, without secrets, and short enough to stay in one piece."""

import logging
import os
import re
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from itertools import product
from json.encoder import encode_basestring as quoted

from opentelemetry import trace

LINE_BYTES = 16_000
"""The longest line: above 16 KiB Docker (moby, daemon/logger/copier.go) and containerd hand it on in pieces."""

ROOMS = (12_000, 4_000, 500)
"""Characters that a text of a line may have. Encoding makes it longer, so that the next one is tried if need be."""

INTEGER_BITS = 64
"""What readers of JSON take for an integer; a longer one is a text."""

NAME = 255
"""Characters that a name may have: of the service, for example, or of a logger."""

UNHANDLED: ContextVar[trace.SpanContext] = ContextVar("UNHANDLED", default=trace.INVALID_SPAN_CONTEXT)
"""The span in which an exception was not handled: when the server logs it, the span is over."""

# Each character belongs to one match at most: a visitor may write what is logged.
_AFTER_SCHEME = re.compile(r"://[^\s\"'<>]*")
_TRACEBACK = "Traceback (most recent call last):\n"

# What every record has, and what uvicorn adds for terminals: anything else came as `extra`.
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_OF_EVERY_LINE = frozenset(
    {"timestamp", "level", "logger", "service", "version", "environment", "exception", "trace_id", "span_id"}
)


class Clock:
    """Tells the time as RFC 3339 does, in UTC with milliseconds."""

    def __init__(self) -> None:
        self._last: tuple[int, str] = (-1, "")  # together, because any thread may ask

    def text(self, seconds: float) -> str:
        """That time, given in seconds since 1970."""
        second = int(seconds)
        last, text = self._last
        if second != last:  # of the many lines of a second, one formats it
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._last = second, text
        return f"{text}.{int((seconds - second) * 1000):03d}Z"


CLOCK = Clock()


def identity(environment: Mapping[str, str]) -> str:
    """The members that tell who writes, with a comma in front.

    Args:
        environment: The process's variables. They are taken as they are: if they are wrong, that has to be logged too.
    """
    service = environment.get("OTEL_SERVICE_NAME") or environment.get("SERVICE_NAME") or "slipway-sample"
    version, stage = environment.get("IMAGE_TAG") or "unknown", environment.get("ENVIRONMENT") or "local"
    named = {"service": service, "version": version, "environment": stage}
    return "".join(f',"{name}":{quoted(shortened(value, NAME))}' for name, value in named.items())


def encoded(line: str) -> bytes:
    """A line as it is written; half a surrogate pair becomes the escape that JSON has for it."""
    return line.encode("utf-8", "backslashreplace")


def joined_with(span: trace.SpanContext) -> str:
    """The members that join a line with a span, with a comma in front; empty if there is none."""
    return f',"trace_id":"{span.trace_id:032x}","span_id":"{span.span_id:016x}"' if span.is_valid else ""


def without_secrets(text: str) -> str:
    """The text, but no URL in it tells a login or a query."""
    return _AFTER_SCHEME.sub(_told, text) if "://" in text else text


def _told(found: re.Match[str]) -> str:
    shown, question, _ = found[0].partition("?")
    return "://".join(map(_without_login, shown.split("://"))) + ("?***" if question else "")


def _without_login(place: str) -> str:
    host, slash, path = place.partition("/")
    port = host.partition(":")[2]
    if port and not port.isdecimal() and "@" in path:  # no port, but a password that has a slash
        host, slash, path = place, "", ""
    login, _, host = host.rpartition("@")
    return f"{'***@' if login else ''}{host}{slash}{path}"


def shortened(text: str, room: int) -> str:
    """The text in that many characters and a few: of a long one the beginning and, mostly, the end."""
    if len(text) <= room:
        return text
    begin = room // 4
    return f"{text[:begin]} ... {len(text) - room} characters left out ... {text[begin - room :]}"


WRITER = identity(os.environ)
"""This process."""


def of_record(record: logging.LogRecord) -> bytes:
    """The line of a record."""
    message, exception = _texts(record)
    # That OpenTelemetry cannot deliver is no error of the service.
    level = "WARNING" if record.levelname == "ERROR" and record.name.startswith("opentelemetry.") else record.levelname
    span = trace.get_current_span().get_span_context()
    logger = quoted(shortened(record.name, NAME))
    head = f'{{"timestamp":"{CLOCK.text(record.created)}","level":{quoted(level)},"logger":{logger}'
    tail = f"{WRITER}{joined_with(span if span.is_valid else UNHANDLED.get())}"

    def line(extra: str, room: int) -> bytes:
        told = f',"exception":{quoted(shortened(exception, room))}' if exception else ""
        return encoded(f'{head},"message":{quoted(shortened(message, room))}{tail}{extra}{told}}}\n')

    attempts = (line(extra, room) for extra, room in product((_extra(record), ""), ROOMS))
    return next(attempt for attempt in attempts if len(attempt) <= LINE_BYTES)


def about_unwritable(record: logging.LogRecord, error: Exception) -> bytes:
    """The line of a record of which there can be none, because of that error."""
    said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    message = f"{said} ({type(error).__name__} while this was written)"
    return of_record(logging.makeLogRecord({"name": record.name, "levelname": record.levelname, "msg": message}))


def _texts(record: logging.LogRecord) -> tuple[str, str]:
    """The message and the traceback."""
    try:
        message = record.getMessage().strip()
    except (TypeError, ValueError, KeyError):  # the arguments do not fit the text
        message = f"{record.msg} {record.args}"
    exception = ""
    if record.exc_info and record.exc_info[1]:
        exception = "".join(traceback.format_exception(record.exc_info[1])).rstrip()
    elif record.stack_info:
        exception = record.stack_info
    elif message.startswith(_TRACEBACK):  # how Starlette tells uvicorn why the start failed
        message, exception = message.rpartition("\n")[2], message
    return without_secrets(message), without_secrets(exception)


def _extra(record: logging.LogRecord) -> str:
    """What the caller gave as `extra`, with a comma in front of each member."""
    return "".join(
        f",{quoted(str(name))}:{_value(value)}"
        for name, value in vars(record).items()
        if name not in _OF_EVERY_RECORD and name not in _OF_EVERY_LINE
    )


def _value(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() <= INTEGER_BITS:
            return str(value)
        case _:
            return quoted(shortened(without_secrets(_text(value)), ROOMS[-1]))


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - whoever logs must not fail on what it logs
        return f"{type(value).__name__} ({type(error).__name__} while this was written)"
