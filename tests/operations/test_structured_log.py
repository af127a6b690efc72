"""How JSON lines of a log read, and which of them tells why a container ended."""

import json

import pytest

from operations.structured_log import last_words, readable

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ACCESS = {
    "timestamp": "2026-11-24T09:05:30.062Z",
    "level": "INFO",
    "logger": "access",
    "message": "GET /orders/{id} 200",
    "service": "slipway-sample",
    "version": "sha-4f1c",
    "environment": "prod",
    "http_method": "GET",
    "http_route": "/orders/{id}",
    "http_status": 200,
    "duration_ms": 3.14,
    "client_address": "203.0.113.9",
    "amzn_trace_id": "Root=1-67891233-abcdef012345678912345678",
}


def line(message: str, *, logger: str = "uvicorn.error", level: str = "INFO", **members: object) -> str:
    return json.dumps({"level": level, "logger": logger, "message": message, **members})


FAILED = line(
    "RuntimeError: no database",
    level="ERROR",
    exception='Traceback (most recent call last):\n  File "/srv/app/main.py", line 3\nRuntimeError: no database',
)
CRASHED = line(
    "The process ends: nothing handled RuntimeError",
    logger="app",
    level="CRITICAL",
    exception="Traceback (most recent call last):\n  File\nRuntimeError: no database",
)
EXITING = line("Application startup failed. Exiting.", level="ERROR")
STARTED, WAITING = line("Started server process [1]"), line("Waiting for application startup.")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            json.dumps(ACCESS),
            "INFO GET /orders/{id} 200 in 3.14 ms amzn_trace_id=Root=1-67891233-abcdef012345678912345678",
        ),
        (json.dumps({**ACCESS, "trace_id": TRACE}), f"INFO GET /orders/{{id}} 200 in 3.14 ms trace_id={TRACE}"),
        (line("shipped", logger="orders", order=7, to="Rome"), "INFO orders: shipped order=7 to=Rome"),
        (FAILED, f"ERROR uvicorn.error: RuntimeError: no database\n{json.loads(FAILED)['exception']}"),
        ('{"level": "info", "message": "of another container"}', "info of another container"),
        ("INFO:     Started server process [1]", "INFO:     Started server process [1]"),
        ('{"level": "INFO", "msg": "of another shape"}', '{"level": "INFO", "msg": "of another shape"}'),
        ('{"level": 30, "message": "of another shape"}', '{"level": 30, "message": "of another shape"}'),
        ('{"level": "INFO", "message": "cut o', '{"level": "INFO", "message": "cut o'),
        ("{}", "{}"),
        ("", ""),
    ],
)
def test_a_line_reads_as_what_it_tells_and_any_other_as_it_is(text: str, read: str) -> None:
    assert readable(text) == read


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([STARTED, WAITING, FAILED, EXITING], "RuntimeError: no database"),
        ([CRASHED], "The process ends: nothing handled RuntimeError: RuntimeError: no database"),
        ([FAILED, json.dumps(ACCESS), line("Finished server process [1]")], "GET /orders/{id} 200"),
        ([FAILED, "Killed"], "Killed"),
        (
            [STARTED, line("[Errno 98] address already in use", level="ERROR"), WAITING],
            "[Errno 98] address already in use",
        ),
        ([STARTED, WAITING], "Waiting for application startup."),
        ([STARTED, line("two\n  lines", logger="app"), " "], "two lines"),
        ([" ", ""], ""),
    ],
)
def test_what_was_said_at_last_that_tells_why(texts: list[str], words: str) -> None:
    assert last_words(texts) == words
