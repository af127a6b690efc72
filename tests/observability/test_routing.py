"""Who is told what: the routing tree by amtool, and what is sent by a real Alertmanager."""

import json
import re
import shlex
import subprocess
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from observability.notifications.receiver import Post, Receiver
from tests.conftest import PROJECT
from tests.observability.alerting import alertmanager_configuration
from tests.observability.servers import (
    Alertmanager,
    ask,
    needs,
    program,
    started_alertmanager,
    started_receiver,
    url_of,
    wait_for,
)

RUNBOOK = PROJECT / "docs" / "runbook.md"

BURN = {"alertname": "ErrorBudgetBurn", "job": "service", "slo": "availability"}
SAID = {"summary": "The budget burns", "description": "Two in a hundred.", "runbook": "docs/runbook.md#errorbudgetburn"}


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yaml"
    file.write_text(alertmanager_configuration("http://127.0.0.1:9"))
    return file


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with started_receiver() as receiver:
        yield receiver


@pytest.fixture
def alertmanager(tmp_path: Path, receiver: Receiver) -> Generator[Alertmanager]:
    configuration = alertmanager_configuration(url_of(receiver), waits="100ms")
    with started_alertmanager(tmp_path, configuration) as alertmanager:
        yield alertmanager


def amtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(program("amtool")), *words], capture_output=True, text=True, check=False)


def sent(receiver: Receiver, path: str) -> list[Any]:
    return [post.body for post in receiver.posts if post.path == path]


@needs("amtool")
def test_the_configuration_is_valid(configuration: Path) -> None:
    checked = amtool("check-config", str(configuration))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "3 receivers" in checked.stdout
    assert "1 templates" in checked.stdout


@needs("amtool")
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("severity=page", "page"),
        ("severity=ticket", "ticket"),
        ("severity=heartbeat", "heartbeat"),
        ("severity=unheard-of", "ticket"),
        ("job=service", "ticket"),
    ],
)
def test_a_severity_has_its_receiver_and_what_has_none_is_a_ticket(
    configuration: Path, labels: str, receiver: str
) -> None:
    routed = amtool("config", "routes", "test", f"--config.file={configuration}", "alertname=X", labels)
    assert routed.stdout.split() == [receiver]


def test_a_page_goes_to_both_a_ticket_to_slack_only_and_a_heartbeat_to_neither(configuration: Path) -> None:
    receivers = yaml.safe_load(configuration.read_text())["receivers"]
    assert {each["name"]: sorted(set(each) - {"name"}) for each in receivers} == {
        "page": ["pagerduty_configs", "slack_configs"],
        "ticket": ["slack_configs"],
        "heartbeat": ["webhook_configs"],
    }


@needs("alertmanager")
def test_a_page_is_sent_to_slack_and_pagerduty_and_resolved_under_the_same_key(
    alertmanager: Alertmanager, receiver: Receiver
) -> None:
    page = {"labels": BURN | {"severity": "page", "window": "1h"}, "annotations": SAID}
    alertmanager.raise_alerts(page)
    slack = wait_for(lambda: sent(receiver, "/slack"))[0]["attachments"][0]
    trigger = wait_for(lambda: sent(receiver, "/pagerduty"))[0]
    assert slack["title"] == "[FIRING] page: The budget burns"
    assert slack["color"] == "danger"
    assert "Two in a hundred.\nWhat to do: docs/runbook.md#errorbudgetburn" in slack["text"]
    assert trigger["event_action"] == "trigger"
    assert trigger["payload"]["severity"] == "critical"
    assert trigger["payload"]["summary"] == slack["title"]
    assert trigger["payload"]["class"] == "ErrorBudgetBurn"
    assert "Two in a hundred." in trigger["payload"]["custom_details"]["firing"]

    alertmanager.raise_alerts(page | {"endsAt": "2026-01-01T00:00:00Z", "startsAt": "2025-12-31T00:00:00Z"})
    wait_for(lambda: len(sent(receiver, "/pagerduty")) == 2)
    wait_for(lambda: len(sent(receiver, "/slack")) == 2)
    resolve = sent(receiver, "/pagerduty")[1]
    assert (resolve["event_action"], resolve["dedup_key"]) == ("resolve", trigger["dedup_key"])
    assert sent(receiver, "/slack")[1]["attachments"][0]["color"] == "good"


@needs("alertmanager")
def test_a_page_silences_the_ticket_of_the_same_budget_and_no_other(
    alertmanager: Alertmanager, receiver: Receiver
) -> None:
    alertmanager.raise_alerts({"labels": BURN | {"severity": "page", "window": "1h"}, "annotations": SAID})
    wait_for(lambda: sent(receiver, "/slack"))
    said = SAID | {"summary": "Of the other budget"}
    alertmanager.raise_alerts(
        {"labels": BURN | {"severity": "ticket", "window": "1d"}, "annotations": SAID},
        {"labels": BURN | {"severity": "ticket", "window": "1d", "slo": "latency"}, "annotations": said},
    )
    wait_for(lambda: len(sent(receiver, "/slack")) == 2)
    assert sent(receiver, "/slack")[1]["attachments"][0]["title"] == "[FIRING] ticket: Of the other budget"
    states = {
        (each["labels"]["severity"], each["labels"]["slo"]): each["status"]["state"] for each in alertmanager.alerts()
    }
    assert states == {
        ("page", "availability"): "active",
        ("ticket", "availability"): "suppressed",
        ("ticket", "latency"): "active",
    }


@needs("alertmanager")
@pytest.mark.parametrize("labels", [{}, {"job": "service"}, {"slo": "availability"}], ids=str)
def test_a_page_that_is_about_no_budget_silences_nothing(
    alertmanager: Alertmanager, receiver: Receiver, labels: dict[str, str]
) -> None:
    alertmanager.raise_alerts({"labels": {"alertname": "Down", "severity": "page"} | labels, "annotations": SAID})
    wait_for(lambda: sent(receiver, "/slack"))
    said = SAID | {"summary": "Of something else"}
    alertmanager.raise_alerts({"labels": {"alertname": "Odd", "severity": "ticket"} | labels, "annotations": said})
    wait_for(lambda: len(sent(receiver, "/slack")) == 2)
    assert sent(receiver, "/slack")[1]["attachments"][0]["title"] == "[FIRING] ticket: Of something else"


@needs("alertmanager")
def test_the_title_is_of_what_still_fires_and_of_the_first_when_nothing_does(
    alertmanager: Alertmanager, receiver: Receiver
) -> None:
    slow = {"labels": BURN | {"severity": "page", "window": "6h"}, "annotations": SAID | {"summary": "Slowly"}}
    fast = {"labels": BURN | {"severity": "page", "window": "1h"}, "annotations": SAID | {"summary": "Fast"}}
    over = {"startsAt": "2025-12-31T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z"}

    def titles() -> list[str]:
        return [body["attachments"][0]["title"] for body in sent(receiver, "/slack")]

    alertmanager.raise_alerts(fast, slow)
    wait_for(titles)
    alertmanager.raise_alerts(fast | over)
    wait_for(lambda: len(titles()) == 2)
    alertmanager.raise_alerts(slow | over)
    wait_for(lambda: len(titles()) == 3)
    assert titles()[1:] == ["[FIRING] page: Slowly", "[RESOLVED] page: Slowly"]


@needs("alertmanager", "amtool")
def test_the_silences_of_the_runbook_are_taken(alertmanager: Alertmanager) -> None:
    on_laptop, on_aws = re.findall(r"```sh\n(amtool.+?|awscurl.+?)\n```", RUNBOOK.read_text(), re.DOTALL)
    words = shlex.split(on_laptop.replace("http://localhost:9093", alertmanager.url))
    assert amtool(*words[1:]).returncode == 0
    now = datetime.now(UTC)
    body = on_aws.replace("START", now.isoformat()).replace("END", (now + timedelta(hours=1)).isoformat())
    ask(f"{alertmanager.url}/api/v2/silences", json.loads(shlex.split(body)[-1]))
    silences = ask(f"{alertmanager.url}/api/v2/silences")
    matchers = {each["comment"]: [(one["name"], one["value"]) for one in each["matchers"]] for each in silences}
    assert len(silences) == 2
    assert matchers == {"No tasks are wanted": [("alertname", "TargetAbsent")]}


@needs("alertmanager")
def test_a_heartbeat_goes_to_the_dead_mans_switch_alone(alertmanager: Alertmanager, receiver: Receiver) -> None:
    alertmanager.raise_alerts({"labels": {"alertname": "Watchdog", "severity": "heartbeat"}, "annotations": SAID})
    beat: Post = wait_for(lambda: receiver.posts)[0]
    assert beat.path == "/heartbeat"
    assert isinstance(beat.body, dict)
    assert beat.body["alerts"][0]["labels"]["alertname"] == "Watchdog"
