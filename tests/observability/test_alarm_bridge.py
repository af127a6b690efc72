"""The function that hands CloudWatch's alarms to the alert manager, against a real Alertmanager."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from slipway_constructs.notifications.alarm_bridge_function import index
from tests.observability.servers import Alertmanager, needs, started_alertmanager, wait_for

CONFIGURATION = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@pytest.fixture
def alertmanager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Alertmanager]:
    with started_alertmanager(tmp_path, CONFIGURATION) as running:
        set_variables(monkeypatch, running.url)
        yield running


def set_variables(monkeypatch: pytest.MonkeyPatch, alert_manager: str) -> None:
    """As Lambda has them."""
    monkeypatch.setenv("ALERTS_URL", f"{alert_manager}/api/v2/alerts")
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def event(state: str, before: str, age: timedelta = timedelta(0)) -> dict[str, Any]:
    now = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    return {
        "detail": {
            "alarmName": "slipway-prod-observability-AlarmsHighCpu",
            "state": {"value": state, "reason": 'Threshold\nCrossed: "5"', "timestamp": now},
            "previousState": {"value": before, "timestamp": now},
            "configuration": {
                "description": "slipway-prod: the tasks have no CPU left. Runbook: https://example.com/docs/runbook.md#high-cpu"
            },
        }
    }


@needs("alertmanager")
def test_an_alarm_is_an_alert_until_it_is_over(alertmanager: Alertmanager) -> None:
    index.handler(event("ALARM", "OK"))
    (alert,) = wait_for(alertmanager.alerts)
    assert alert["labels"] == {
        "alertname": "slipway-prod-observability-AlarmsHighCpu",
        "severity": "ticket",
        "job": "service",
        "environment": "prod",
    }
    assert alert["annotations"] == {
        "summary": "slipway-prod: the tasks have no CPU left.",
        "description": "Threshold Crossed: '5'",
        "runbook": "docs/runbook.md#high-cpu",
    }
    index.handler(event("OK", "ALARM"))
    wait_for(lambda: not alertmanager.alerts())


class CloudWatch:
    """Says of an alarm that it is OK."""

    def describe_alarms(self, **_: object) -> dict[str, Any]:
        return {"MetricAlarms": [{"StateValue": "OK"}]}


@needs("alertmanager")
def test_what_comes_late_and_is_over_is_no_alert(
    alertmanager: Alertmanager, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boto3, "client", lambda _name: CloudWatch())
    index.handler(event("ALARM", "OK", age=timedelta(minutes=3)))
    assert '"overtaken"' in capsys.readouterr().out
    assert alertmanager.alerts() == []


def test_an_alert_manager_that_does_not_answer_is_an_error_that_lambda_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_variables(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(OSError, match="refused"):
        index.handler(event("ALARM", "OK"))
