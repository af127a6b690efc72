"""Which alert a run of the pipeline opens or closes, and how much it weighs."""

from dataclasses import replace

import pytest

from operations.notification.pagerduty import events
from operations.notification.record import Record, Serving
from operations.notification.report import Report
from tests.operations.notification.pipeline_runs import (
    NEXT,
    ROLLED_BACK,
    URL,
    needs,
    record,
    reported,
)


def sent_by(report: Report) -> dict[str, str]:
    """What PagerDuty is asked to do, by the end of the key."""
    assert {each["routing_key"] for each in events(report, "key")} <= {"key"}
    keys = {each["dedup_key"]: each["event_action"] for each in events(report, "key")}
    return {key.removeprefix("slipway/acme/shop/main/"): action for key, action in keys.items()}


def test_the_success_after_a_failure_closes_the_alert_that_it_opened_and_no_other() -> None:
    failed = reported(record("release", release=ROLLED_BACK))
    assert sent_by(failed) == {"build": "resolve", "deploy/prod": "trigger"}
    well = dict.fromkeys(("build", "unknown", "deploy/prod", "deploy/prod/critical"), "resolve")
    assert sent_by(reported(record())) == well
    assert sent_by(reported(record(environment="qa"), record("release", release=ROLLED_BACK))) == {
        "build": "resolve",
        "deploy/qa": "resolve",
        "deploy/qa/critical": "resolve",
        "deploy/prod": "trigger",
    }


def test_an_alert_of_the_tests_stays_apart_from_those_of_the_deployments() -> None:
    assert sent_by(reported(context=needs(test="failure"))) == {"build": "trigger"}
    assert sent_by(reported(context=needs("[]", publish="skipped"))) == {"build": "resolve", "unknown": "resolve"}


def test_a_commit_that_is_not_the_newest_any_more_closes_no_alert_of_the_newer_one() -> None:
    assert sent_by(replace(reported(record()), newest=False)) == {}
    assert sent_by(replace(reported(record("release", release=ROLLED_BACK)), newest=False)) == {
        "deploy/prod": "trigger"
    }


def test_what_is_critical_is_told_although_something_less_is_open() -> None:
    worse = reported(record("release", release=ROLLED_BACK | {"verdict": "FAILED"}))
    assert sent_by(worse) == {"build": "resolve", "deploy/prod/critical": "trigger"}


def test_a_commit_that_was_overtaken_closes_no_alert_of_the_environment() -> None:
    overtaken = record(due=False, release=None, serving=Serving(NEXT, "COMPLETED", URL))
    assert sent_by(reported(overtaken)) == {"build": "resolve", "unknown": "resolve"}


def test_nobody_is_woken_and_no_alert_is_closed_by_a_run_that_somebody_ended() -> None:
    assert events(reported(context=needs(test="cancelled", stopped="success")), "key") == []


@pytest.mark.parametrize(
    ("records", "severity"),
    [
        ((), "warning"),
        ((record("release", release=ROLLED_BACK),), "error"),
        ((record("release", release=ROLLED_BACK | {"verdict": "FAILED"}),), "critical"),
    ],
)
def test_an_alert_weighs_as_much_as_what_serves_is_in_doubt(records: tuple[Record, ...], severity: str) -> None:
    report = reported(*records) if records else reported(context=needs(test="failure"))
    (sent,) = [each for each in events(report, "key") if each["event_action"] == "trigger"]
    assert sent["payload"]["severity"] == severity
