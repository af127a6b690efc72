"""docs/architecture.md, by its headings."""

import re

from tests.architecture.mermaid import Flowchart, flowchart
from tests.conftest import PROJECT

DOCUMENT = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")

ENVIRONMENT = "prod"
"""Whose names the pictures have."""


def section(title: str) -> str:
    """What stands between that heading and the next one, of whatever level."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/architecture.md has no heading {title}"
    return found[1]


def pictures(document: str) -> list[str]:
    """The sources of all pictures in a document."""
    return re.findall(r"(?ms)^```mermaid\n(.*?)^```$", document)


def picture(title: str) -> str:
    """The one picture under that heading."""
    (source,) = pictures(section(title))
    return source


def chart(title: str) -> Flowchart:
    """The same, where it is a flowchart."""
    return flowchart(picture(title))


def rows(title: str, *, number: int = 0) -> list[list[str]]:
    """The cells of a table under that heading, without its header.

    Args:
        number: of the table; omitted, the first.
    """
    table = re.findall(r"(?m)(?:^\|.*\n)+", section(title))[number]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()[2:]]


def code(cell: str) -> list[str]:
    """What stands in a cell between backticks."""
    return re.findall(r"`([^`]+)`", cell)
