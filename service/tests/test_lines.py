import json
import logging
import re
import sys
from typing import Any

import pytest
from opentelemetry import trace

from app.telemetry import lines


def line_of(message: object, *arguments: object, **members: object) -> dict[str, Any]:
    """What becomes of a record, as whoever reads the log finds it."""
    record = logging.makeLogRecord(
        {"name": "orders", "levelname": "INFO", "msg": message, "args": arguments, **members}
    )
    text = lines.of_record(record)
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    assert len(text) <= lines.LINE_BYTES
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def failed() -> object:
    """What `exc_info` is, in the handler of an exception."""
    try:
        raise LookupError("no order 7 at postgresql://user:hunter2@db/orders")  # noqa: TRY301 - to be caught at once
    except LookupError:
        return sys.exc_info()


def test_a_line_tells_when_how_bad_who_and_what() -> None:
    assert line_of("order %d of %s", 7, "Ünal\n", created=1_795_511_130.0625) == {
        "timestamp": "2026-11-24T09:05:30.062Z",
        "level": "INFO",
        "logger": "orders",
        "message": "order 7 of Ünal",
        "service": "slipway-sample",
        "version": "unknown",
        "environment": "local",
    }


def test_the_clock_goes_on() -> None:
    clock = lines.Clock()

    assert [clock.text(seconds) for seconds in (0.999, 1.0, 1.5)] == [
        *("1970-01-01T00:00:00.999Z", "1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.500Z")
    ]


@pytest.mark.parametrize(
    ("variables", "service"),
    [
        ({"OTEL_SERVICE_NAME": "orders", "SERVICE_NAME": "other"}, "orders"),
        ({"OTEL_SERVICE_NAME": "", "SERVICE_NAME": 'say "hi"'}, 'say "hi"'),
        ({}, "slipway-sample"),
    ],
)
def test_the_environment_tells_who_writes_even_if_it_is_wrong(variables: dict[str, str], service: str) -> None:
    written_by = json.loads("{" + lines.identity({**variables, "IMAGE_TAG": "v1", "ENVIRONMENT": "prod"})[1:] + "}")

    assert written_by == {"service": service, "version": "v1", "environment": "prod"}


def test_a_traceback_is_one_member_and_tells_no_password() -> None:
    line = line_of("cannot ship", exc_info=failed(), levelname="ERROR")

    assert line["message"] == "cannot ship"
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("LookupError: no order 7 at postgresql://***@db/orders")


def test_a_stack_that_was_asked_for_is_one_member() -> None:
    assert line_of("here", stack_info="Stack (most recent call last):\n  File")["exception"].startswith("Stack (most")


def test_a_traceback_in_place_of_a_message_becomes_its_last_line_and_the_rest() -> None:
    traceback = "Traceback (most recent call last):\n  File\nRuntimeError: no database\n"
    line = line_of(traceback, levelname="ERROR")

    assert line["message"] == "RuntimeError: no database"
    assert line["exception"] == traceback.strip()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("GET https://a.example/b?token=s3cret#c HTTP/1.1", "GET https://a.example/b?*** HTTP/1.1"),
        ("redis://:s3cret@cache:6379/0 is away", "redis://***@cache:6379/0 is away"),
        ("is that a question? yes", "is that a question? yes"),
        ("https://a.example/b is away", "https://a.example/b is away"),
        ("postgresql://user:p@ss@db/orders", "postgresql://***@db/orders"),
        ("postgresql://user:p/ss@db/orders", "postgresql://***@db/orders"),
        ("https://a.example:8443/users/@me", "https://a.example:8443/users/@me"),
        ("https://a.example/b,redis://:s3cret@cache", "https://a.example/b,redis://***@cache"),
        ("https://a.example/b?next=https://user:s3cret@c/d", "https://a.example/b?***"),
        (f"postgresql://user:{'s3cret' * 200}@db/orders", "postgresql://***@db/orders"),
        (f"https://a.example/b?token={'s3cret' * 200}", "https://a.example/b?***"),
    ],
)
def test_a_url_tells_neither_login_nor_query(said: str, told: str) -> None:
    assert line_of(said)["message"] == told
    assert line_of("as extra", url=said)["url"] == told


def test_a_text_full_of_urls_costs_each_character_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[int] = []
    told = lines._told  # noqa: SLF001 - how much of the text a URL takes shows only here

    def counting(found: re.Match[str]) -> str:
        scanned.append(len(found[0]))
        return told(found)

    monkeypatch.setattr(lines, "_told", counting)
    text = "://a" * 16_000 + " " + "://? " * 16_000
    lines.without_secrets(text)

    assert len(text) / 2 < sum(scanned) <= len(text)


class Detached:
    """What a library may hand out: an object that raises when it is asked for its text."""

    def __repr__(self) -> str:  # noqa: D105 - the class says it
        raise RuntimeError("no session")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Detached(), "Detached (RuntimeError while this was written)"),
        (10**5000, "int (ValueError while this was written)"),
        (2**64, "18446744073709551616"),
        (2**63, 2**63),
    ],
    ids=["raising", "very long", "long", "longest"],
)
def test_whatever_a_caller_adds_is_told_or_said_to_be_untold(value: object, told: object) -> None:
    assert line_of("shipped", order=value)["order"] == told


def test_what_a_caller_adds_becomes_members_that_replace_none() -> None:
    line = line_of("shipped", order=7, late=False, price=None, weight=1.5, trace_id="mine", color_message="\x1b[1m")

    assert {name: line[name] for name in ("order", "late", "price", "weight")} == {
        "order": 7,
        "late": False,
        "price": None,
        "weight": "1.5",
    }
    assert "trace_id" not in line
    assert "color_message" not in line


@pytest.mark.parametrize("character", ["x", "\n", "\x01", "😀", "\udc80", "\u2028"])
def test_however_long_what_is_said_a_line_keeps_its_bounds_and_its_ends(character: str) -> None:
    long = "begin" + character * 100_000 + "end"
    line = line_of(long, exc_info=None, stack_info=long, **{f"extra{number}": long for number in range(50)})

    for member in (line["message"], line["exception"]):
        assert member.startswith("begin")
        assert member.endswith("end")
        assert "characters left out" in member


def test_arguments_that_do_not_fit_are_told_as_they_are() -> None:
    assert line_of("%d orders", "many")["message"] == "%d orders ('many',)"


def test_what_opentelemetry_cannot_deliver_is_no_error_of_the_service() -> None:
    assert line_of("Failed to export", name="opentelemetry.exporter.otlp", levelname="ERROR")["level"] == "WARNING"
    assert line_of("Failed to export", name="orders", levelname="ERROR")["level"] == "ERROR"


def test_a_line_joins_its_span() -> None:
    context = trace.SpanContext(0xABC, 0xDEF, is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(context)):
        line = line_of("within")

    assert (line["trace_id"], line["span_id"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")
    assert "trace_id" not in line_of("outside")
