"""Which properties make CloudFormation replace a resource: the create-only ones of its provider's schema."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("create_only.json")
"""By resource type, its create-only properties, and those that may be: `createOnlyProperties` and
`conditionalCreateOnlyProperties` of the schemas that cfn-lint brings. cfn-lint is only installed for development, so
the schemas' lists lie here; a test writes the file anew and finds where it differs."""

ANY_ITEM = "*"


@cache
def _table() -> Mapping[str, Mapping[str, Sequence[str]]]:
    table: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def is_known(type_name: str) -> bool:
    """Whether it can be said what replaces a resource of that type."""
    return type_name in _table()


def create_only(type_name: str) -> Sequence[str]:
    """Paths such as `EncryptionConfiguration/KmsKey`, a change of which replaces the resource."""
    return _table().get(type_name, {}).get("always", ())


def conditionally_create_only(type_name: str) -> Sequence[str]:
    """Paths a change of which may replace the resource, depending on its old and its new value."""
    return _table().get(type_name, {}).get("sometimes", ())


def values_at(properties: Any, path: str) -> Iterator[Any]:
    """The values at that path: none if it leads nowhere, several if it leads through a list."""
    name, _, rest = path.partition("/")
    match properties:
        case dict() if name in properties:
            found = [properties[name]]
        case list() if name == ANY_ITEM:
            found = properties
        case _:
            found = []
    for each in found:
        if rest:
            yield from values_at(each, rest)
        else:
            yield each
