"""The resources of an environment's templates, and how they refer to each other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource of one template.

    Attributes:
        stack: the id of its stack.
        id: its logical id.
    """

    stack: str
    id: str
    type: str
    properties: Mapping[str, Any]


class Resources:
    """All resources of several templates."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        """Take these templates apart.

        Args:
            templates: by stack id.
        """
        self._all = [
            Resource(stack, name, resource["Type"], resource.get("Properties", {}))
            for stack, template in templates.items()
            for name, resource in template.get("Resources", {}).items()
        ]

    def of(self, *types: str) -> list[Resource]:
        """Those of these types."""
        return [resource for resource in self._all if resource.type in types]

    def types(self) -> Counter[str]:
        """How many there are of each type."""
        return Counter(resource.type for resource in self._all)

    def referred(self, by: Resource, value: object, *types: str) -> list[Resource]:
        """Those of these types, in the same template, that the value refers to by `Ref` or `Fn::GetAtt`."""
        ids = set(_references(value))
        return [each for each in self.of(*types) if each.stack == by.stack and each.id in ids]


def _references(value: object) -> Iterator[str]:
    match value:
        case {"Ref": str(id)} | {"Fn::GetAtt": [str(id), *_]}:
            yield id
        case Mapping():
            for part in value.values():
                yield from _references(part)
        case Sequence() if not isinstance(value, str):
            for part in value:
                yield from _references(part)
