"""Sentences that say what is wrong, and what to type."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """What is wrong, and what to do about it.

    As long as it is a template, names in braces stand for what differs from case to case.

    Attributes:
        says: what is wrong; a clause without a full stop.
        fix: what to type or to change; one sentence. Empty if there is nothing to do.
    """

    says: str
    fix: str = ""

    def about(self, **values: object) -> "Advice":
        """The template filled in.

        Raises:
            KeyError: a name has no value.
        """
        return Advice(self.says.format_map(values), self.fix.format_map(values))

    @property
    def in_general(self) -> "Advice":
        """The template as it is written down for people: `{image}` as `IMAGE`."""
        return Advice(_in_general(self.says), _in_general(self.fix))


def _in_general(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: name[1].upper(), template)
