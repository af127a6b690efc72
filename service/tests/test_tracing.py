"""Traces, as a collector gets them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from app.main import create_app
from app.settings import Settings
from app.telemetry import tracing
from benchmark.load import send
from tests import dockerfile
from tests.collector import Collector, attributes, collecting
from tests.odd_app import with_odd_routes
from tests.server import PATIENCE, VISITOR, Server, request_in_flight, server_environment, started_server

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def traced(collector: Collector, **settings: object) -> TestClient:
    """A client of an application whose spans all reach the collector when it ends."""
    every = {"otel_exporter_otlp_endpoint": collector.url, "otel_traces_sampler_arg": 1.0}
    return TestClient(
        with_odd_routes(create_app(Settings.model_validate(every | settings))), raise_server_exceptions=False
    )


def test_a_span_tells_the_route_the_status_and_who_asked(collector: Collector) -> None:
    with traced(collector, service_name="orders", image_tag="sha-4f1c", environment="prod") as client:
        client.get("/api/v1/orders/7?token=s3cret", headers={"traceparent": SAMPLED})
    (span,) = collector.spans

    assert span.name == "GET /api/v1/orders/{item}"
    assert span.kind == Span.SPAN_KIND_SERVER
    assert span.trace_id.hex() == TRACE
    assert span.parent_span_id.hex() == PARENT
    assert re.fullmatch("[0-9a-f]{16}", span.span_id.hex())
    assert span.end_time_unix_nano >= span.start_time_unix_nano > 0
    told = attributes(span)
    assert (told["http.request.method"], told["http.route"], told["http.response.status_code"]) == (
        *("GET", "/api/v1/orders/{item}", 200),
    )
    assert "s3cret" not in str(span)
    assert attributes(collector.resources[0]).items() >= {
        ("service.name", "orders"),
        ("service.version", "sha-4f1c"),
        ("deployment.environment.name", "prod"),
        ("telemetry.sdk.language", "python"),
    }


def test_a_request_without_a_parent_begins_a_trace(collector: Collector) -> None:
    with traced(collector) as client:
        client.get("/")
        client.get("/")

    assert [span.parent_span_id for span in collector.spans] == [b"", b""]
    assert len({span.trace_id for span in collector.spans} - {bytes(16)}) == 2


def test_a_failure_is_an_error_of_its_span_and_says_where_to_its_line(
    collector: Collector, capfd: pytest.CaptureFixture[str]
) -> None:
    with traced(collector) as client:
        client.get("/api/v1/orders/7/failure")
        client.get("/nowhere")
    failed, unmatched = collector.spans

    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert attributes(failed)["http.response.status_code"] == 500
    assert attributes(failed)["error.type"] == "RuntimeError"
    assert unmatched.status.code == Status.STATUS_CODE_UNSET
    assert unmatched.name == "GET"
    log = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {line["trace_id"] for line in log if line.get("http_status") == 500} == {failed.trace_id.hex()}


@pytest.mark.parametrize(("ratio", "traceparent", "kept"), [(1.0, NOT_SAMPLED, 0), (0.0, SAMPLED, 1), (0.0, None, 0)])
def test_whoever_began_a_trace_decides_whether_it_is_kept(
    collector: Collector, ratio: float, traceparent: str | None, kept: int
) -> None:
    with traced(collector, otel_traces_sampler_arg=ratio) as client:
        client.get("/", headers={"traceparent": traceparent} if traceparent else {})

    assert len(collector.spans) == kept


def test_questions_about_the_service_make_no_spans(collector: Collector) -> None:
    with traced(collector) as client:
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert client.get(path).is_success

    assert collector.spans == []


def test_variables_of_opentelemetry_name_the_service(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "orders")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=shipping,service.version=v7")
    with traced(collector, service_name="other") as client:
        client.get("/")

    assert attributes(collector.resources[0]).items() >= {
        *(("service.name", "orders"), ("team", "shipping"), ("service.version", "v7")),
    }


def test_a_measurement_that_was_traced_names_its_trace(collector: Collector) -> None:
    with traced(collector) as client:
        client.get("/", headers={"traceparent": SAMPLED})
        client.get("/docs", headers={"traceparent": NOT_SAMPLED})
        shown = client.get("/metrics", headers={"Accept": OPENMETRICS}).text
    exemplars = [line for line in shown.splitlines() if " # {" in line]

    assert {line.partition("{")[0] for line in exemplars} == {
        *("http_requests_total", "http_request_duration_seconds_bucket"),
    }
    assert all(f'trace_id="{TRACE}"' in line for line in exemplars)
    assert not [line for line in exemplars if "/docs" in line]


def test_a_collector_that_takes_too_long_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tracing, "PATIENCE", 0.01)
    with collecting(silent=True) as collector, traced(collector) as client:
        client.get("/")

    assert "The collector did not take the last spans within 0.01 s" in caplog.messages


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"otel_exporter_otlp_endpoint": ""},
        {"otel_exporter_otlp_endpoint": "http://127.0.0.1:1", "otel_sdk_disabled": "TRUE"},
    ],
)
def test_without_a_collector_nothing_is_traced(settings: dict[str, str]) -> None:
    assert tracing.tracer_provider(Settings.model_validate(settings)) is None


def test_the_whole_url_of_traces_goes_before_the_base() -> None:
    settings = Settings(
        otel_exporter_otlp_endpoint="http://base/", otel_exporter_otlp_traces_endpoint="https://traces/v1/traces"
    )

    assert settings.traces_endpoint == "https://traces/v1/traces"
    assert Settings(otel_exporter_otlp_endpoint="http://base/").traces_endpoint == "http://base/v1/traces"


@pytest.mark.parametrize(("variables", "loaded"), [({}, "0"), ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"}, "1")])
def test_the_sdk_is_loaded_only_with_a_collector(variables: dict[str, str], loaded: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import app.main, sys; print(int('opentelemetry.sdk.trace' in sys.modules))"],
        cwd=dockerfile.SERVICE,
        env=server_environment(variables),
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout.strip() == loaded


@pytest.fixture
def server(collector: Collector, tmp_path: Path) -> Iterator[Server]:
    """A server that sends all its spans, and would send them in an hour."""
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{collector.url}/",
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",
    }
    with started_server(tmp_path / "log", app="tests.odd_app:app", environment=variables) as server:
        yield server


def test_sigterm_loses_no_span_and_every_line_joins_its_span(server: Server, collector: Collector) -> None:
    asked = [
        f"GET /api/v1/orders/{number} HTTP/1.1\r\nHost: 127.0.0.1\r\ntraceparent: {SAMPLED}\r\n\r\n".encode()
        for number in range(100)
    ]
    assert send(server.port, asked) == {200: 100}
    assert VISITOR.get(f"{server.url}/api/v1/orders/7/failure").status_code == 500
    assert collector.spans == []
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == -signal.SIGTERM

    assert len(collector.spans) == 101
    ids = {(span.trace_id.hex(), span.span_id.hex()) for span in collector.spans}
    assert len(ids) == 101
    for logger in ("access", "orders"):
        joined = {(line["trace_id"], line["span_id"]) for line in server.lines(logger=logger)}
        assert joined <= ids
        assert len(joined) >= 100
    (failure,) = server.lines(level="ERROR")
    assert (failure["trace_id"], failure["span_id"]) in ids
    assert failure["trace_id"] != TRACE


def test_a_span_of_the_service_s_own_is_a_child_of_the_request_s(server: Server, collector: Collector) -> None:
    assert VISITOR.get(f"{server.url}/api/v1/orders/7/step", headers={"traceparent": SAMPLED}).is_success
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(PATIENCE)

    child, request = collector.spans
    assert (child.name, child.trace_id.hex(), child.parent_span_id) == ("look up", TRACE, request.span_id)
    (line,) = server.lines(logger="orders")
    assert line["span_id"] == child.span_id.hex()


def test_the_span_of_a_request_that_took_too_long_is_not_lost(collector: Collector, tmp_path: Path) -> None:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER_ARG": "1"}
    with (
        started_server(
            tmp_path / "log", app="tests.slow_app:app", environment=variables, timeout_graceful_shutdown="1"
        ) as server,
        request_in_flight(server.port),
    ):
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)

    assert [span.name for span in collector.spans] == ["POST /until-the-body-ends"]
