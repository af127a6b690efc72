"""`[[approved_changes]]`: changes that `slipway review` would refuse, each let through for a reason."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, field_validator, model_validator

from configuration.types import Section

FILE_NAME = "approved-changes.json"
"""Beside an assembly's `manifest.json`."""

MIN_WORDS = 3

RefusedChange = Literal[
    "health_check_with_task_definition", "production_rule", "replacement", "deletion", "stack_removal"
]
"""What `slipway review` refuses; what each means is said where it is refused, in `operations/review/refusals.py`."""


class ApprovedChange(Section):
    """One of `[[approved_changes]]`: `slipway review` prints it, ready to be pasted, with what it refuses.

    Attributes:
        change: what would be refused.
        stack: its id, such as `slipway-prod-service`.
        resource: its construct path below the stack, such as `Ingress/Targets`; omitted only where a whole stack is
            removed.
        reason: why it is right all the same, in at least three words.
    """

    change: RefusedChange
    stack: str
    resource: str | None = None
    reason: str

    @field_validator("stack", "resource")
    @classmethod
    def _names_something(cls, name: str | None) -> str | None:
        if name is not None and not name.strip():
            raise ValueError(f"must not be empty, is {name!r}")
        return name

    @field_validator("reason")
    @classmethod
    def _reason_says_something(cls, reason: str) -> str:
        if len(reason.split()) < MIN_WORDS:
            raise ValueError(f"must say why in at least {MIN_WORDS} words, is {reason!r}")
        return reason

    @model_validator(mode="after")
    def _a_resource_is_named_unless_the_stack_goes(self) -> Self:
        if self.change == "stack_removal" and self.resource is not None:
            raise ValueError(f"resource must be omitted when change is 'stack_removal', is {self.resource!r}")
        if self.change != "stack_removal" and self.resource is None:
            raise ValueError(f"resource is required when change is {self.change!r}")
        return self


def _each_once(changes: tuple[ApprovedChange, ...]) -> tuple[ApprovedChange, ...]:
    seen = set()
    for each in changes:
        what = (each.change, each.stack, each.resource)
        if what in seen:
            where = f"{each.resource} in {each.stack}" if each.resource else each.stack
            raise ValueError(f"must name each change once, names {each.change!r} of {where} twice")
        seen.add(what)
    return changes


ApprovedChanges = Annotated[tuple[ApprovedChange, ...], AfterValidator(_each_once)]


def write_approved_changes(changes: Iterable[ApprovedChange], assembly: Path) -> None:
    """Put them into that assembly's folder, where `slipway review` finds them.

    Whoever compares two assemblies may be of an older version, which would not understand the newer one's
    `slipway.toml`. The file is also written when there are none: the folder may still have those of an earlier
    synthesis.
    """
    document = [each.model_dump(exclude_none=True) for each in changes]
    (assembly / FILE_NAME).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
