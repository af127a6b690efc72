"""Whoever has something to say does it in JSON on stdout: the service, uvicorn, a library, a crash."""

import atexit
import logging
import sys
import threading
from types import TracebackType

from app.telemetry import lines
from app.telemetry.output import Output

OF_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "uvicorn.access")

_logger = logging.getLogger("app")


def about_dropped(count: int) -> bytes:
    """The line that tells of lines that were dropped."""
    message = f"{count} lines were dropped, because nobody read them"
    return lines.of_record(logging.makeLogRecord({"name": "app", "levelname": "WARNING", "msg": message}))


STDOUT = Output(1, about_dropped=about_dropped)
"""File descriptor 1. A line printed to sys.stdout goes its own way."""


class JsonHandler(logging.Handler):
    """Writes records to an output."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, whatever the record holds: whoever logs must not fail on it."""
        try:
            line = lines.of_record(record)
        except Exception as error:  # noqa: BLE001 - an object may raise anything when it is asked for its text
            line = lines.about_unwritable(record, error)
        self._output.write(line)


def configure(output: Output = STDOUT) -> None:
    """Let everything that is logged, warned of or raised without being handled go to that output.

    uvicorn's access log is off from then on: the service's own knows the route and the duration
    (app/telemetry/middleware.py), and tells no query.
    """
    root = logging.getLogger()
    root.handlers = [JsonHandler(output)]
    root.setLevel(logging.INFO)
    for name in OF_UVICORN:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], name != "uvicorn.access"
    logging.captureWarnings(capture=True)
    sys.excepthook = _unhandled
    threading.excepthook = _unhandled_in_thread
    sys.unraisablehook = _unraisable
    atexit.register(output.flush)


def _unhandled(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        _logger.critical("The process ends: nothing handled %s", kind.__name__, exc_info=(kind, error, where))
    else:  # Ctrl-C
        sys.__excepthook__(kind, error, where)


def _unhandled_in_thread(unhandled: threading.ExceptHookArgs) -> None:
    if unhandled.exc_type is SystemExit:  # Python's own hook ignores it, too
        return
    error = unhandled.exc_value
    name = unhandled.thread.name if unhandled.thread else "?"
    _logger.error("The thread %s ends: nothing handled %s", name, unhandled.exc_type.__name__, exc_info=error)


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    what = unraisable.err_msg or "Exception ignored in"
    _logger.error("%s: %r", what, unraisable.object, exc_info=unraisable.exc_value)
