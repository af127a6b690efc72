"""CHANGELOG.md tells of the version that pyproject.toml has, in the form of Keep a Changelog."""

import datetime as dt
import re
import tomllib

from tests.conftest import PROJECT

CHANGELOG = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION: str = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
UNRELEASED = "Unreleased"
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def entries() -> dict[str, str]:
    """What stands below each version, by its heading, the newest first."""
    parts = re.split(r"(?m)^## \[(.+)$", CHANGELOG)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_version_of_the_project_has_an_entry_or_is_what_the_next_one_will_be() -> None:
    released = [heading for heading in entries() if heading.startswith(f"{VERSION}] - ")]
    announced = f"will be {VERSION};" in entries().get(f"{UNRELEASED}]", "")
    assert bool(released) is not announced, f"CHANGELOG.md has to tell of {VERSION}, once"


def test_an_entry_has_a_version_with_its_day_the_newest_first_or_is_not_released() -> None:
    headings = list(entries())
    assert headings[0] == f"{UNRELEASED}]"
    days = [dt.date.fromisoformat(heading.partition("] - ")[2]) for heading in headings[1:]]
    assert days == sorted(days, reverse=True)
    assert all(re.match(r"\d+\.\d+\.\d+\] - ", heading) for heading in headings[1:])


def test_an_entry_has_no_other_parts_than_keep_a_changelog_names() -> None:
    parts = re.findall(r"(?m)^### (.+)$", CHANGELOG)
    assert parts
    assert set(parts) <= KINDS
