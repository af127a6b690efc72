"""`slipway init` as text."""

import textwrap
from collections.abc import Iterable

from operations.init.steps import Step

WIDTH = 80


def lines(steps: Iterable[Step]) -> list[str]:
    """The steps with numbers; their commands have lines of their own, whole, to be pasted."""
    text = []
    for number, step in enumerate(steps, 1):
        text += textwrap.wrap(
            step.does,
            WIDTH,
            initial_indent=f"{number:>2}. ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        text += [f"      {command}" for command in step.commands]
    return text
