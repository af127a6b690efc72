"""`slipway history` as text."""

import textwrap
from collections.abc import Sequence

from operations.rollout.history import Release

COLUMNS = 80


def lines(releases: Sequence[Release]) -> list[str]:
    """A release a line, and below it why it did not succeed; times are UTC."""
    rows = [(f"{release.at:%Y-%m-%d %H:%M}", release.tag, release.result.value, _by(release)) for release in releases]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    told: list[str] = []
    for release, row in zip(releases, rows, strict=True):
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        told.append("  ".join([*cells, row[3]]).rstrip())
        details = [text for text in (release.by.run, release.why) if text]
        told += [part for text in details for part in _indented(text)]
    return told


def _by(release: Release) -> str:
    return release.by.name + (f", instead of {release.by.undone}" if release.by.undone else "")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
