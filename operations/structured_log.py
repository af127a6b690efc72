"""Lines of logs that are JSON objects, and how they read as text.

The service writes such lines (service/README.md); those of other containers are read alike if they have a level and a
message.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Members = Mapping[str, Any]

SHOWN_ELSEWHERE = frozenset(
    {"timestamp", "level", "logger", "message", "exception", "service", "version", "environment", "span_id"}
    | {"http_method", "http_route", "http_status", "duration_ms", "client_address", "trace_id", "amzn_trace_id"}
)
"""What is not added to the message by its name: it is part of it, the same on all lines, or of no use to a reader."""

FAILURES = frozenset({"ERROR", "CRITICAL", "FATAL"})

OF_THE_SERVER = frozenset({"uvicorn", "uvicorn.error"})
"""Loggers that tell how a server starts and stops, which says nothing about why."""


def members(text: str) -> Members | None:
    """The members of a line that is an object with a level and a message; None of any other line."""
    if not text.startswith("{"):
        return None
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    found = isinstance(parsed, dict) and all(isinstance(parsed.get(name), str) for name in ("level", "message"))
    return parsed if found else None


def readable(text: str) -> str:
    """The line for people: level, message, duration, trace and whatever else it tells; a traceback below.

    A line that is no such object stays as it is.
    """
    line = members(text)
    if line is None:
        return text
    head = f"{line['level']} {_speaker(line)}{line['message']}"
    if isinstance(line.get("duration_ms"), int | float):
        head += f" in {line['duration_ms']} ms"
    trace = next((f" {name}={line[name]}" for name in ("trace_id", "amzn_trace_id") if line.get(name)), "")
    rest = "".join(f" {name}={_plain(value)}" for name, value in line.items() if name not in SHOWN_ELSEWHERE)
    below = f"\n{line['exception']}" if line.get("exception") else ""
    return f"{head}{trace}{rest}{below}"


def last_words(texts: Sequence[str]) -> str:
    """What a container that ended said at last that may tell why: one line, empty if it said nothing.

    Of JSON lines that is the message, and the last line of its traceback. After it the server may have told that it
    stops; such lines count only if there is nothing else.
    """
    spoken = [(text, members(text)) for text in reversed(texts) if text.strip()]
    for text, line in spoken:
        # "Application startup failed. Exiting." stands below the traceback.
        if line is None or line.get("exception") or line.get("logger") not in OF_THE_SERVER:
            return _on_one_line(text, line)
    failures = [(text, line) for text, line in spoken if line and line["level"] in FAILURES]
    return next((_on_one_line(text, line) for text, line in [*failures, *spoken]), "")


def _on_one_line(text: str, line: Members | None) -> str:
    if line is None:
        return text.strip()
    message, last = " ".join(line["message"].split()), str(line.get("exception") or "").strip().rpartition("\n")[2]
    return message if not last or last in message else f"{message}: {last}"


def _speaker(line: Members) -> str:
    """The logger, but for the access log, whose messages speak for themselves."""
    logger = line.get("logger")
    return "" if not isinstance(logger, str) or "http_status" in line else f"{logger}: "


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
