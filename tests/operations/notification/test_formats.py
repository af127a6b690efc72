"""How a notification is written: as a summary, as text of 80 columns, and for Slack."""

import pytest

from operations.notification.record import Record
from operations.notification.slack import message
from operations.notification.summary import markdown, text
from tests.operations.notification.pipeline_runs import (
    OLD,
    ROLLED_BACK,
    record,
    reported,
    trouble,
)


@pytest.mark.parametrize(
    "each",
    [record(), record("release", release=ROLLED_BACK, troubles=(trouble("smoke"),)), record("due", due=True)],
    ids=["deployed", "rolled back", "stopped"],
)
def test_a_record_survives_being_handed_over(each: Record) -> None:
    assert Record.of(each.as_json()) == each


def test_the_summary_begins_with_what_happened_and_ends_with_who_was_not_told() -> None:
    lines = markdown(
        reported(record("release", release=ROLLED_BACK)), {"Slack": "it answered 500", "PagerDuty": ""}
    ).splitlines()
    assert lines[0] == "## ROLLED BACK: prod on main"
    assert f"**{OLD} serves.**" in "\n".join(lines)
    assert "**Slack was not told:** it answered 500." in lines
    assert lines[-2] == "That changes nothing of what is said above."
    assert not any("PagerDuty" in line for line in lines)


def test_the_text_fits_80_columns() -> None:
    lines = text(reported(record("release", release=ROLLED_BACK)), {"Slack": "", "PagerDuty": "it answered 400: no"})
    assert max(map(len, lines)) <= 80
    assert lines[0] == "ROLLED BACK: prod on main"
    assert lines[-2:] == ["Slack was told.", "PagerDuty was not told: it answered 400: no."]


def test_text_of_strangers_is_no_markup_anywhere() -> None:
    nasty = ROLLED_BACK | {"diagnosis": {"headline": "<!channel> @octocat [x](http://evil) <b>", "fix": ""}}
    report = reported(record("release", release=nasty))
    assert "<!channel>" not in str(message(report))
    assert "&lt;!channel&gt;" in str(message(report))
    assert "<b>" not in markdown(report, {})
    assert "@octocat [" not in markdown(report, {})


def test_a_message_for_slack_keeps_within_its_limits() -> None:
    endless = ROLLED_BACK | {"diagnosis": {"headline": "x" * 9000, "fix": ""}}
    records = [record("release", environment=f"e{number}", release=endless) for number in range(80)]
    sent = message(reported(*records))
    assert len(sent["blocks"]) <= 50
    assert max(len(each["text"]["text"]) for each in sent["blocks"] if each["type"] == "section") == 3000
    assert len(sent["blocks"][0]["text"]["text"]) <= 150
