"""What a measurement is, and what comes out of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent


class NotMeasuredError(Exception):
    """Something cannot be measured on this machine, for the reason that the text gives in a few words."""


@dataclass(frozen=True)
class Figure:
    """Something that is measured.

    Attributes:
        name: what it is.
        unit: of the value, such as `s` or `MB`; `x` is so many times something else; empty for a count.
        at_most: the target; None if there is none.
        value: None as long as it has not been measured.
        reason: why it could not be measured; empty otherwise.
    """

    name: str
    unit: str
    at_most: float | None = None
    value: float | None = None
    reason: str = ""

    def measured(self, value: float) -> "Figure":
        """The same with this value, to four digits: more would be noise."""
        return replace(self, value=float(f"{value:.4g}"), reason="")

    def not_measured(self, reason: str) -> "Figure":
        """The same without a value."""
        return replace(self, value=None, reason=reason)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target or a value."""
        return None if self.at_most is None or self.value is None else self.value <= self.at_most


@dataclass(frozen=True)
class Bench:
    """What measurements work with.

    Attributes:
        folder: for what they write; it is removed in the end.
        configuration: the `slipway.toml` whose app is measured.
        tiers: what `make test TIERS=FILE` wrote; None if it is not to be told.
    """

    folder: Path
    configuration: Path
    tiers: Path | None = None


@dataclass(frozen=True)
class Section:
    """Figures that are measured together.

    Attributes:
        key: by which the command line names it.
        title: of its part of the page.
        means: what the figures mean and how they are measured, in Markdown.
        figures: that are told on every machine, if only with the reason why they are missing.
        measure: the figures with their values; those of `figures` that it leaves out stay without.
    """

    key: str
    title: str
    means: str
    figures: tuple[Figure, ...]
    measure: Callable[[Bench], Iterable[Figure]]


@dataclass(frozen=True)
class Measured:
    """A section that was measured.

    Attributes:
        seconds: that it took.
    """

    title: str
    means: str
    figures: tuple[Figure, ...]
    seconds: float


@dataclass(frozen=True)
class Report:
    """One run.

    Attributes:
        date: of the run, as ISO 8601 has it.
        machine: facts by what they are called.
        busy: whether the machine was at other work when the run began, which makes times longer.
        sections: in the order of the page.
    """

    date: str
    machine: Mapping[str, str]
    busy: bool
    sections: tuple[Measured, ...]

    @property
    def missed(self) -> list[Figure]:
        """Those above their targets."""
        return [figure for section in self.sections for figure in section.figures if figure.met is False]

    def as_json(self) -> dict[str, object]:
        """The report as plain data."""
        return {
            "date": self.date,
            "machine": dict(self.machine),
            "busy": self.busy,
            "sections": [
                asdict(section) | {"figures": [asdict(each) | {"met": each.met} for each in section.figures]}
                for section in self.sections
            ],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Report":
        """The report that this plain data was made of."""
        return cls(
            data["date"],
            data["machine"],
            data["busy"],
            tuple(
                Measured(
                    section["title"],
                    section["means"],
                    tuple(
                        Figure(**{name: value for name, value in figure.items() if name != "met"})
                        for figure in section["figures"]
                    ),
                    section["seconds"],
                )
                for section in data["sections"]
            ),
        )


def complete(section: Section, bench: Bench) -> tuple[Figure, ...]:
    """Measure a section; a figure that cannot be measured has the reason in the place of its value."""
    found: dict[str, Figure] = {}
    reason = "there is none here"
    try:
        for figure in section.measure(bench):
            found[figure.name] = figure
    except NotMeasuredError as error:
        reason = str(error)
    expected = {figure.name: figure.not_measured(reason) for figure in section.figures}
    return tuple((expected | found).values())
