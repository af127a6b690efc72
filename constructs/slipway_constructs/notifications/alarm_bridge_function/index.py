"""Hands the state of a CloudWatch alarm to the alert manager of Amazon Managed Service for Prometheus.

An AWS Lambda function for EventBridge's events "CloudWatch Alarm State Change". It needs nothing but the runtime's own
boto3. Its environment variables: ALERTS_URL, where the alert manager takes alerts; ENVIRONMENT, a label of each.
"""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

ALARM = "ALARM"

FIRING_FOR = timedelta(days=30)
"""What an alert without an end would be taken for ended after 5 minutes: nobody sends it again, as Prometheus does."""

LATE = timedelta(seconds=60)
"""Lambda tries again after a minute. Until then the alarm may have changed, and its later event been delivered."""

TIMEOUT_SECONDS = 10


def handler(event: Mapping[str, Any], _context: object = None) -> None:
    """Send the alert that the event is about.

    Raises:
        OSError: the alert manager does not take it; Lambda then tries again, and keeps the event in the end.
    """
    detail, now = event["detail"], datetime.now(UTC)
    name, state = detail["alarmName"], detail["state"]["value"]
    if now - _time(detail["state"]["timestamp"]) > LATE and state != (current := _current_state(name)):
        print(json.dumps({"message": "overtaken", "alarm": name, "state": state, "current": current}))
        return
    _send(alert(detail, now))
    print(json.dumps({"message": "sent", "alarm": name, "state": state}))


def alert(detail: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the alert manager is told, in the form of its API v2; alerts with the same labels are one."""
    firing = detail["state"]["value"] == ALARM
    began = detail["state"] if firing else detail.get("previousState", detail["state"])
    # Of an alarm, the first sentence says what is wrong; somewhere it names the heading that says what to do.
    description = detail.get("configuration", {}).get("description", "")
    runbook = re.search(r"docs/runbook\.md#[\w-]+", description)
    return {
        "labels": {
            "alertname": detail["alarmName"],
            "environment": os.environ["ENVIRONMENT"],
            "job": "service",  # without an `slo`, so that no page about a budget keeps it back
            "severity": "ticket",
        },
        "annotations": {
            "summary": _plain(re.split(r"(?<=\.)\s", description)[0] or detail["alarmName"]),
            "description": _plain(detail["state"].get("reason", "")),
            **({"runbook": runbook.group()} if runbook else {}),
        },
        "startsAt": min(_time(began["timestamp"]), now).isoformat(),
        "endsAt": (now + FIRING_FOR if firing else now).isoformat(),
    }


def _plain(text: str) -> str:
    """On one line and without quotation marks and backslashes: Alertmanager's templates put text into JSON as it is."""
    return " ".join(re.sub(r'["\\]', "'", text).split())


def _time(text: str) -> datetime:
    """Of an event, such as 2026-11-24T09:12:34.567+0000."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def _current_state(alarm: str) -> str | None:
    """None of an alarm that is gone."""
    found = boto3.client("cloudwatch").describe_alarms(AlarmNames=[alarm], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    return found[0]["StateValue"] if found else None


def _send(each: Mapping[str, Any]) -> None:
    url, body = os.environ["ALERTS_URL"], json.dumps([each]).encode()
    signed = AWSRequest(method="POST", url=url, data=body, headers={"Content-Type": "application/json"})
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise OSError("there are no credentials to sign with")
    SigV4Auth(credentials, "aps", os.environ["AWS_REGION"]).add_auth(signed)
    request = Request(url, data=body, headers=dict(signed.headers), method="POST")  # noqa: S310 - the stack's own URL
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - likewise
        answer.read()
