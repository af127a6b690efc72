"""Changing values of a commented TOML file, and nothing else in it."""

import json
import re
from collections.abc import Mapping, Sequence

Value = str | int | bool | Sequence[str]
Table = Mapping[str, Value | None]
Changes = Mapping[str, Table | None]
"""By table, such as `environments.dev.task`: its keys, or None for a table that is to be commented out.

A key that is None is commented out. One that the table does not have, not even in a comment, is added at its end.
"""

HEADER = re.compile(r"(?P<off># )?(?P<header>\[\[?(?P<name>[\w.]+)\]\]?)")
KEY = re.compile(r"(?P<off># )?(?P<key>\w+) = (?P<value>.*?)(?P<comment> # .*)?")


def edited(text: str, changes: Changes) -> str:
    """The text with these changes; its comments and everything else stay.

    A table is a header and the lines below it up to an empty one; its header and its keys may be commented out.

    Raises:
        KeyError: the text has no such table.
    """
    blocks = [block.splitlines() for block in text.rstrip("\n").split("\n\n")]
    left = dict(changes)
    for block in blocks:
        for start, end, name in reversed(_tables(block)):
            if name in left:
                block[start:end] = _changed(block[start:end], left.pop(name))
    if left:
        raise KeyError(", ".join(left))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _tables(block: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where in that block which table begins and ends."""
    headers = [(index, match["name"]) for index, line in enumerate(block) if (match := HEADER.fullmatch(line))]
    ends = [index for index, _ in [*headers[1:], (len(block), "")]]
    return [(index, end, name) for (index, name), end in zip(headers, ends, strict=False)]


def _changed(lines: Sequence[str], table: Table | None) -> list[str]:
    header, *rest = lines
    if table is None:
        return [_off(header), *map(_off, rest)]
    left = dict(table)
    changed = [header.removeprefix("# ")]
    for line in rest:
        match = KEY.fullmatch(line)
        if match and match["key"] in left:
            changed.append(_with_value(match, left.pop(match["key"])))
        else:
            changed.append(line)
    return changed + [f"{key} = {_toml(value)}" for key, value in left.items() if value is not None]


def _with_value(match: re.Match[str], value: Value | None) -> str:
    if value is None:
        return _off(match[0])
    return f"{match['key']} = {_toml(value)}{match['comment'] or ''}"


def _off(line: str) -> str:
    return line if line.startswith("#") else f"# {line}"


def _toml(value: Value) -> str:
    """As TOML: of the values that occur here, numbers, truths and texts are written as JSON writes them."""
    if isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_toml, value))}]"
