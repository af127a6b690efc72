"""An incident from its beginning to its end, with the real service, a real Prometheus and a real Alertmanager."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from observability.notifications.receiver import Post, Receiver
from tests.conftest import PROJECT
from tests.observability.alerting import alertmanager_configuration, prometheus_configuration, routes_in_seconds
from tests.observability.dashboards import expressions
from tests.observability.load import Load
from tests.observability.servers import (
    Alertmanager,
    Prometheus,
    free_port,
    needs,
    started,
    started_alertmanager,
    started_prometheus,
    started_receiver,
    url_of,
    wait_for,
)

SERVICE = PROJECT / "service"
UVICORN = SERVICE / ".venv" / "bin" / "uvicorn"

pytestmark = [
    needs("prometheus", "alertmanager"),
    pytest.mark.skipif(not UVICORN.exists(), reason="run make test, which installs the service's packages, first"),
]

LONG = 60.0
"""Seconds that a step of the incident may take where this machine has much else to do; some 5 are usual."""

AVAILABILITY = 'ALERTS{alertname="ErrorBudgetBurn",slo="availability",alertstate="firing"}'


@dataclass(frozen=True)
class Incident:
    """What was seen, first to last.

    Attributes:
        targets: health by job before the errors.
        quiet: which budgets' alerts fired before them.
        alerts: what Alertmanager knew of at the height.
        sent: what the receiver had got by then.
        panels: how many values each query of the dashboard had then.
        exemplars: of the latency's histogram.
        over: what the receiver got until both had been told that it was over.
    """

    targets: dict[str, str]
    quiet: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    sent: list[tuple[str, Any]]
    panels: dict[tuple[str, str], int]
    exemplars: list[dict[str, Any]]
    over: list[tuple[str, Any]]


@pytest.fixture(scope="module")
def received() -> list[Post]:
    """All that the receiver got, of which it keeps only the last."""
    return []


@pytest.fixture(scope="module")
def receiver(received: list[Post]) -> Generator[Receiver]:
    with started_receiver(tell=received.append) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Generator[int]:
    """The port of the real service, with a route that fails. Its traces go where nobody understands them."""
    port = free_port()
    command = [str(UVICORN), "tests.faulty_app:app", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "PATH": f"{UVICORN.parent}:/usr/bin:/bin",
        "IMAGE_TAG": "sha-4f1c",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url_of(receiver),
        "OTEL_TRACES_SAMPLER_ARG": "1.0",
    }
    log = tmp_path_factory.mktemp("service") / "log"
    ready = f"http://127.0.0.1:{port}/health/ready"
    with started(command, log=log, ready=ready, folder=SERVICE, environment=environment):
        yield port


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Generator[Alertmanager]:
    configuration = routes_in_seconds(alertmanager_configuration(url_of(receiver)))
    with started_alertmanager(tmp_path_factory.mktemp("alertmanager"), configuration) as alertmanager:
        yield alertmanager


@pytest.fixture(scope="module")
def prometheus(
    tmp_path_factory: pytest.TempPathFactory, service: int, alertmanager: Alertmanager
) -> Generator[Prometheus]:
    port = free_port()
    targets = {
        "app:8000": f"127.0.0.1:{service}",
        "alertmanager:9093": alertmanager.url.removeprefix("http://"),
        "localhost:9090": f"127.0.0.1:{port}",
        "jaeger:8889": "127.0.0.1:9",  # there is none: this target is down
    }
    configuration = prometheus_configuration(tmp_path_factory.mktemp("prometheus"), targets)
    with started_prometheus(configuration, port=port) as prometheus:
        yield prometheus


@pytest.fixture(scope="module")
def incident(service: int, prometheus: Prometheus, alertmanager: Alertmanager, received: list[Post]) -> Incident:
    with Load(service) as load:
        wait_for(lambda: prometheus.query('job_slo:errors_per_request:ratio_rate3d{slo="latency"}'), seconds=LONG)
        targets, quiet = prometheus.targets(), prometheus.query(AVAILABILITY)
        load.path = "/fault"
        wait_for(lambda: told(received, slack="firing", pagerduty="trigger"), seconds=LONG)
        wait_for(lambda: suppressed(alertmanager), seconds=LONG)
        alerts, sent = alertmanager.alerts(), posts(received)
        found = {
            (title, expression): len([each for each in prometheus.query(expression) if each["value"][1] != "NaN"])
            for title, expression in expressions(need_jaeger=False, rate_interval="4s")
        }
        exemplars = prometheus.exemplars('http_request_duration_seconds_bucket{job="service"}')
        load.path = "/"
        wait_for(lambda: told(received, slack="resolved", pagerduty="resolve"), seconds=LONG)
    return Incident(targets, quiet, alerts, sent, found, exemplars, posts(received)[len(sent) :])


def posts(received: list[Post]) -> list[tuple[str, Any]]:
    return [(post.path, post.body) for post in received]


def told(received: list[Post], *, slack: str, pagerduty: str) -> bool:
    """Whether both know that the budget of availability is in that state."""
    known = {(path, state_of(body)) for path, body in posts(received)}
    return known >= {("/slack", (slack, "page")), ("/pagerduty", (pagerduty, "page"))}


def state_of(body: Any) -> tuple[str, str] | None:
    """State and severity of a post about the budget of availability."""
    if "event_action" in body:
        return (body["event_action"], "page") if "availability" in body["payload"]["summary"] else None
    if "attachments" in body and "availability" in (title := body["attachments"][0]["title"]):
        state, _, severity = title.partition("] ")
        return state.removeprefix("[").lower(), severity.partition(":")[0]
    return None


def suppressed(alertmanager: Alertmanager) -> list[dict[str, Any]]:
    return [
        alert
        for alert in alertmanager.alerts()
        if alert["status"]["state"] == "suppressed"
        and alert["labels"].items() >= {"severity": "ticket", "slo": "availability"}.items()
    ]


def test_targets_are_up_and_nothing_fires_before_the_errors(incident: Incident) -> None:
    assert incident.targets == {"service": "up", "alertmanager": "up", "prometheus": "up", "jaeger": "down"}
    assert incident.quiet == []


def test_errors_page_by_slack_and_by_pagerduty_in_their_own_shapes(incident: Incident) -> None:
    slack = next(body for path, body in incident.sent if path == "/slack" and state_of(body) == ("firing", "page"))
    attachment = slack["attachments"][0]
    assert attachment["color"] == "danger"
    assert attachment["title"].startswith("[FIRING] page: The error budget of availability burns")
    assert "What to do: docs/runbook.md#errorbudgetburn" in attachment["text"]

    event = next(body for path, body in incident.sent if path == "/pagerduty" and state_of(body))
    assert event["event_action"] == "trigger"
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["summary"] == attachment["title"]
    assert event["payload"]["component"] == "service"
    assert event["routing_key"]
    assert event["dedup_key"]


def test_tickets_about_the_same_budget_are_held_back_as_long_as_the_page_lasts(incident: Incident) -> None:
    states = {
        (alert["labels"]["severity"], alert["labels"]["window"], alert["status"]["state"])
        for alert in incident.alerts
        if alert["labels"].get("slo") == "availability"
    }
    assert ("page", "1h", "active") in states
    assert ("ticket", "1d", "suppressed") in states
    assert [body for path, body in incident.sent if state_of(body) == ("firing", "ticket")] == []


def test_a_ticket_about_something_else_goes_to_slack_and_to_nobody_else(incident: Incident) -> None:
    title = "[FIRING] ticket: A target of jaeger gives no metrics"
    assert [path for path, body in incident.sent + incident.over if title in str(body)] == ["/slack"]


def test_both_are_told_when_it_is_over_and_pagerduty_under_the_same_key(incident: Incident) -> None:
    resolved = [body for path, body in incident.over if path == "/slack" and state_of(body) == ("resolved", "page")]
    assert resolved[0]["attachments"][0]["color"] == "good"
    events = [body for path, body in incident.sent + incident.over if path == "/pagerduty" and state_of(body)]
    assert events[-1]["event_action"] == "resolve"
    assert len({event["dedup_key"] for event in events}) == 1


def test_the_heartbeat_comes_again_and_again(incident: Incident) -> None:
    beats = [body for path, body in incident.sent + incident.over if path == "/heartbeat"]
    assert len(beats) >= 2
    assert {alert["labels"]["alertname"] for beat in beats for alert in beat["alerts"]} == {"Watchdog"}


def test_every_query_of_the_dashboard_has_values(incident: Incident) -> None:
    assert [query for query, count in incident.panels.items() if count == 0] == []
    assert len(incident.panels) > 30


def test_exemplars_lead_from_the_latency_to_a_trace(incident: Incident) -> None:
    assert incident.exemplars
    assert {len(exemplar["labels"]["trace_id"]) for exemplar in incident.exemplars} == {32}
