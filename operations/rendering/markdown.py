"""Text of strangers in GitHub's Markdown: it stays text, whatever it says."""

import re
from collections.abc import Iterable, Sequence

SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&]")
NO_MENTION = "@\u200b"
"""An at sign that calls nobody: GitHub takes a name after it only without the invisible space."""


def marker(name: str) -> str:
    """The first line of what is kept up to date, by which it is found again; GitHub does not show it."""
    return f"<!-- slipway {name} -->"


def plain(text: str) -> str:
    """Text without any mark-up, in one line."""
    return SPECIAL.sub(lambda found: f"\\{found[0]}", " ".join(text.split())).replace("@", NO_MENTION)


def code(text: str) -> str:
    """Text as code, in one line; also within a table, where a bar would end the cell, and a backslash save it."""
    line = re.sub(r"\\*\|", r"\\|", " ".join(text.split()))
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}" if line else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> list[str]:
    """Lines of a table.

    Args:
        header: of each column.
        rows: of cells that are Markdown already.
        numbers: whether all columns but the first are set to the right.
    """
    marks = ["---", *("---:" if numbers else "---" for _ in header[1:])]
    return [_row(header), _row(marks), *(_row(cells) for cells in rows)]


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """Lines that are shown when the summary is clicked."""
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"]


def block(text: str, *, longest: int) -> list[str]:
    """Lines that are shown as they are, such as what a program printed.

    Args:
        longest: characters; of more, the beginning is shown and the rest counted.
    """
    shown = text if len(text) <= longest else text[:longest].rpartition("\n")[0] or text[:longest]
    lines = [line.replace("\r", "") for line in shown.splitlines()]
    more = len(text.splitlines()) - len(lines)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return [fence, *lines, *([f"... and {more} more lines"] if more else []), fence]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
