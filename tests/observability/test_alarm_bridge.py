"""The function that hands CloudWatch's alarms to the alert manager, against a real Alertmanager."""

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from slipway_constructs.alarm_bridge_function import index
from tests.observability.servers import Alertmanager, needs, started_alertmanager, wait_for

CONFIGURATION = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@pytest.fixture
def alertmanager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Alertmanager]:
    with started_alertmanager(tmp_path, CONFIGURATION) as running:
        for name, value in {
            "ALERTS_URL": f"{running.url}/api/v2/alerts",
            "ENVIRONMENT": "prod",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            monkeypatch.setenv(name, value)
        yield running


def event(state: str, before: str) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    return {
        "detail": {
            "alarmName": "slipway-prod-observability-AlarmsHighCpu",
            "state": {"value": state, "reason": "Threshold Crossed", "timestamp": now},
            "previousState": {"value": before, "timestamp": now},
            "configuration": {"description": "The tasks have no CPU left. See docs/runbook.md#high-cpu for more."},
        }
    }


@needs("alertmanager")
def test_an_alarm_is_an_alert_until_it_is_over(alertmanager: Alertmanager) -> None:
    index.handler(event("ALARM", "OK"))
    (alert,) = wait_for(alertmanager.alerts)
    assert alert["labels"]["severity"] == "ticket"
    assert alert["annotations"]["summary"] == "The tasks have no CPU left."
    assert alert["annotations"]["runbook"] == "docs/runbook.md#high-cpu"
    index.handler(event("OK", "ALARM"))
    wait_for(lambda: not alertmanager.alerts())
