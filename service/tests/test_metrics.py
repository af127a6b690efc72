import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.core import Metric
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families as prometheus
from prometheus_client.samples import Sample
from starlette.types import Message, Receive, Scope, Send

from app.main import create_app
from app.settings import Settings
from app.telemetry.logs import about_dropped
from app.telemetry.metrics import Metrics
from app.telemetry.middleware import RequestTelemetry
from app.telemetry.output import Output
from app.telemetry.routes import Routes
from tests.odd_app import with_odd_routes

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def openmetrics(text: str) -> Iterable[Metric]:
    """The metrics of a text in the newer format; prometheus_client's own function has no types."""
    parse: Any = openmetrics_parser.text_string_to_metric_families  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return parse(text)  # type: ignore[no-any-return]


@pytest.fixture
def client() -> Iterator[TestClient]:
    settings = Settings(service_name="orders", environment="prod", image_tag="sha-4f1c")
    with TestClient(
        with_odd_routes(create_app(settings)), raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


def samples(client: TestClient, name: str) -> list[Sample]:
    """The samples of that name that are not 0."""
    families = prometheus(client.get("/metrics").text)
    return [each for family in families for each in family.samples if each.name == name and each.value]


def access_log(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    return [line for line in lines if line["logger"] == "access"]


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/?a=1", ("GET", "/", "200")),
        ("GET", "/api/v1/orders/7", ("GET", "/api/v1/orders/{item}", "200")),
        ("POST", "/api/v1/orders/7", ("POST", "/api/v1/orders/{item}", "405")),
        ("GET", "/api/v1/orders/7/failure", ("GET", "/api/v1/orders/{item}/failure", "500")),
        ("GET", "/docs", ("GET", "/docs", "200")),
        ("GET", "/nowhere", ("GET", "unmatched", "404")),
        ("PROPFIND", "/nowhere", ("OTHER", "unmatched", "404")),
        ("GET", "/health/live/", ("GET", "unmatched", "307")),
        ("GET", "/files/odd_app.py", ("GET", "/files/{path}", "200")),
        ("GET", "/files/nothing", ("GET", "/files/{path}", "404")),
        ("GET", "/mounted/items/7", ("GET", "/mounted/items/{item}", "200")),
        ("GET", "/mounted/nothing", ("GET", "/mounted/{path}", "404")),
        ("GET", "/mounted/within/items/7", ("GET", "/mounted/within/items/{item}", "200")),
        ("GET", "/unhashable/7", ("GET", "/unhashable/{path}", "200")),
    ],
)
def test_a_request_is_counted_timed_and_logged_by_the_template_of_its_route(
    client: TestClient, capfd: pytest.CaptureFixture[str], method: str, path: str, labels: tuple[str, str, str]
) -> None:
    client.request(method, path)

    expected = dict(zip(("method", "route", "status"), labels, strict=True))
    for name in ("http_requests_total", "http_request_duration_seconds_count"):
        assert [(sample.labels, sample.value) for sample in samples(client, name)] == [(expected, 1)]
    (line,) = access_log(capfd)
    assert (line["http_method"], line["http_route"], line["http_status"]) == (labels[0], labels[1], int(labels[2]))
    assert line["message"] == " ".join(labels)
    assert line["level"] == "INFO"
    assert line["client_address"] == "testclient"
    assert 0 < line["duration_ms"] < 20_000
    assert "trace_id" not in line


@pytest.mark.parametrize(
    ("method", "path", "logged"),
    [
        ("GET", "/health/live", []),
        ("GET", "/health/ready?from=alb", []),
        ("GET", "/metrics", []),
        ("POST", "/health/live", [405]),
        ("POST", "/metrics", [405]),
    ],
)
def test_questions_about_the_service_are_not_measured_and_logged_only_when_they_fail(
    client: TestClient, capfd: pytest.CaptureFixture[str], method: str, path: str, logged: list[int]
) -> None:
    client.request(method, path)

    assert samples(client, "http_requests_total") == []
    assert [line["http_status"] for line in access_log(capfd)] == logged


def test_readiness_that_is_refused_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    TestClient(create_app(Settings())).get("/health/ready")

    assert [(line["http_route"], line["http_status"]) for line in access_log(capfd)] == [("/health/ready", 503)]


def test_the_load_balancer_s_header_is_logged_and_kept_short(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    header = 'Root=1-67891233-abcdef012345678912345678;"'
    client.get("/", headers={"X-Amzn-Trace-Id": header + "x" * 1000})

    (line,) = access_log(capfd)
    assert line["amzn_trace_id"].startswith(header)
    assert len(line["amzn_trace_id"]) == 256


def test_an_answer_that_breaks_off_is_measured_once_with_what_it_began_with(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    client.get("/api/v1/orders/7/half")

    assert [line["http_status"] for line in access_log(capfd)] == [200]
    assert [sample.value for sample in samples(client, "http_requests_total")] == [1]


@pytest.mark.parametrize(
    ("route", "status"), [("/api/v1/orders/{item}/body", "499"), ("/api/v1/orders/{item}/parts", "200")]
)
@pytest.mark.anyio
async def test_a_client_that_hangs_up_is_no_failure_of_the_service(
    capfd: pytest.CaptureFixture[str], route: str, status: str
) -> None:
    app = with_odd_routes(create_app(Settings()))
    path = route.replace("{item}", "7")
    asgi = {"version": "3.0", "spec_version": "2.4"}
    scope = {
        "type": "http",
        "asgi": asgi,
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
    }
    parts: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent: list[Message] = []

    async def receive() -> Message:
        return next(parts)

    async def send(message: Message) -> None:
        sent.append(message)

    await app({**scope, "headers": [], "root_path": "", "server": ("127.0.0.1", 8000), "scheme": "http"}, receive, send)

    assert [line["http_status"] for line in access_log(capfd)] == [int(status)]
    counted = {
        sample.labels["status"]: sample.value
        for family in app.state.metrics.requests.collect()
        for sample in family.samples
        if sample.name == "http_requests_total" and sample.value
    }
    assert counted == {status: 1}


def test_a_request_does_not_fail_because_it_cannot_be_counted(
    client: TestClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no labels")

    monkeypatch.setattr(Routes, "template", fail)

    assert client.get("/").status_code == 200
    errors = [line for line in map(json.loads, capfd.readouterr().out.splitlines()) if line["level"] == "ERROR"]
    assert [line["message"] for line in errors] == ["A request could not be counted"]


def test_failures_are_counted_from_0_before_there_are_any(client: TestClient) -> None:
    families = prometheus(client.get("/metrics").text)
    zeros = {
        tuple(sample.labels.values())
        for family in families
        for sample in family.samples
        if sample.name == "http_requests_total" and sample.value == 0
    }

    assert {("GET", "/", "500"), ("GET", "/", "503"), ("GET", "/api/v1/orders/{item}/failure", "500")} <= zeros
    assert not {route for _, route, _ in zeros} & {"/metrics", "/health/live", "/health/ready"}


@pytest.mark.anyio
async def test_how_long_an_answer_goes_on_says_nothing_about_how_fast_the_service_is() -> None:
    metrics = Metrics(service="orders", version="1", environment="prod", dropped_lines=lambda: 0)
    times = iter([10.0, 10.2, 99.0])

    async def stream(scope: Scope, _: Receive, send: Send) -> None:
        scope["app"] = app
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"at last"})

    app = FastAPI()
    output = Output(1, about_dropped=about_dropped)
    measured = RequestTelemetry(stream, routes=Routes(app), metrics=metrics, output=output, traced=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.telemetry.middleware.perf_counter", lambda: next(times))
        await measured({"type": "http", "method": "GET", "path": "/", "headers": []}, _nothing, _to_nobody)

    (total,) = [each for each in next(iter(metrics.duration.collect())).samples if each.name.endswith("_sum")]
    assert total.value == pytest.approx(0.2)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _to_nobody(_: Message) -> None:
    pass


def test_work_after_the_answer_is_no_part_of_it(client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    client.get("/api/v1/orders/7/later")  # whose work in the background fails

    assert [line["http_status"] for line in access_log(capfd)] == [200]
    assert [sample.labels["status"] for sample in samples(client, "http_requests_total")] == ["200"]


def test_requests_in_progress_are_those_that_are_not_answered(client: TestClient) -> None:
    client.get("/")
    client.get("/api/v1/orders/7/failure")

    assert samples(client, "http_requests_in_progress") == []


def test_the_buckets_hold_the_objective_for_latency(client: TestClient) -> None:
    client.get("/")

    bounds = [sample.labels["le"] for sample in samples(client, "http_request_duration_seconds_bucket")]
    assert bounds[-4:] == ["2.5", "5.0", "10.0", "+Inf"]
    families = prometheus(client.get("/metrics").text)
    (histogram,) = [family for family in families if family.name == "http_request_duration_seconds"]
    assert "0.5" in {sample.labels.get("le") for sample in histogram.samples}


def test_whoever_accepts_openmetrics_gets_it(client: TestClient) -> None:
    client.get("/")
    newer, older = client.get("/metrics", headers={"Accept": OPENMETRICS}), client.get("/metrics")

    assert newer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert older.headers["Content-Type"].startswith("text/plain")
    assert newer.headers["Cache-Control"] == older.headers["Cache-Control"] == "no-store"
    assert {"http_requests", "process_cpu_seconds", "python_gc_collections", "log_lines_dropped"} <= {
        family.name for family in openmetrics(newer.text)
    }


def test_the_process_and_what_it_runs_are_among_the_metrics(client: TestClient) -> None:
    (info,) = samples(client, "service_info")

    assert info.labels == {"name": "orders", "version": "sha-4f1c", "environment": "prod"}
    assert samples(client, "process_resident_memory_bytes")
    assert not [family for family in prometheus(client.get("/metrics").text) if family.name.endswith("_created")]
