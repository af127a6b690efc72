"""What an alarm says of itself."""

import pytest

from slipway_constructs.observability.alarm_text import AlarmText

TEXT = AlarmText("web", "https://example.com/runbook.md")


def test_it_names_the_service_and_ends_in_the_runbooks_section() -> None:
    assert TEXT.of("nobody is served.", "No healthy task") == (
        "web: nobody is served. Runbook: https://example.com/runbook.md#no-healthy-task"
    )


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("High CPU", "high-cpu"), ("5xx, and more: `why`", "5xx-and-more-why"), ("Rolled-back", "rolled-back")],
)
def test_sections_are_addressed_as_github_does(heading: str, anchor: str) -> None:
    assert TEXT.section(heading) == f"https://example.com/runbook.md#{anchor}"


@pytest.mark.parametrize("says", ['tasks say "no".', "one line\nand another.", "x" * 1024])
def test_what_would_break_somebodys_json_or_is_too_long_is_refused(says: str) -> None:
    with pytest.raises(ValueError, match=r"^must be one line of up to 1024 characters without quotes, is "):
        TEXT.of(says, "Any")
