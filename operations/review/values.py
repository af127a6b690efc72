"""Values of a template in a form that can be compared across templates: what they refer to, not how they say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Pointer:
    """A value that CloudFormation knows only from a resource.

    Attributes:
        stack: `Template.key`.
        attribute: empty for what `Ref` gives.
    """

    stack: str
    logical_id: str
    attribute: str

    @property
    def target(self) -> tuple[str, str]:
        """The resource, whatever is asked of it."""
        return self.stack, self.logical_id


@dataclass(frozen=True)
class Text:
    """Text with pointers, or other values that are not known yet, between its literal parts."""

    parts: tuple[Any, ...]


def text(parts: Iterable[Any]) -> Any:
    """Text of these parts, as plain as possible: literal parts that touch are one, and one part is just itself."""
    merged: list[Any] = []
    for part in parts:
        for each in part.parts if isinstance(part, Text) else (part,):
            literal = str(each) if isinstance(each, int | float) and not isinstance(each, bool) else each
            if isinstance(literal, str) and merged and isinstance(merged[-1], str):
                merged[-1] += literal
            elif literal != "":
                merged.append(literal)
    match merged:
        case []:
            return ""
        case [one]:
            return one
        case _:
            return Text(tuple(merged))


def pointers(value: Any, path: Path = ()) -> Iterator[tuple[Path, Pointer]]:
    """Every reference in a resolved value, with the place where it stands.

    Args:
        path: of the value itself; omitted, places are counted from it.
    """
    if isinstance(value, Pointer):
        yield path, value
    elif isinstance(value, Text):
        for part in value.parts:
            yield from pointers(part, path)
    else:
        for key, each in children(value):
            yield from pointers(each, (*path, key))


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """What a table or a list holds, each with its key or index; nothing for any other value."""
    match value:
        case dict():
            return value.items()
        case list():
            return enumerate(value)
        case _:
            return ()


def differing(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """Where two resolved values differ, as deep as they can be told apart; lists of other lengths differ as a whole.

    Args:
        path: of the values themselves; omitted, places are counted from them.
    """
    match before, after:
        case dict(), dict():
            for key in sorted({*before, *after}):
                if key in before and key in after:
                    yield from differing(before[key], after[key], (*path, key))
                else:
                    yield *path, key
        case list(), list() if len(before) == len(after):
            for index, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from differing(one, other, (*path, index))
        case _ if type(before) is not type(after) or before != after:
            yield path


def equal(before: Any, after: Any) -> bool:
    """Whether two resolved values are the same."""
    return next(differing(before, after), None) is None
