"""A resource that only has another logical id: for CloudFormation, one is destroyed and another one made."""

from collections.abc import Collection
from typing import Any

from operations.review.resources import Key, Resource, Resources
from operations.review.values import Pointer, Text


def renamed(
    base: Resources, head: Resources, *, gone: Collection[Key], new: Collection[Key]
) -> dict[tuple[Key, bool], str]:
    """What to say of both sides of each renaming: by the key, and whether it is the new one."""
    notes = {}
    left = [key for key in base if key in gone]
    for after in (key for key in head if key in new):
        before = next((key for key in left if _is_the_same(base, base[key], head, head[after])), None)
        if before is not None:
            left.remove(before)
            told = "{} under another logical id; CloudFormation makes the new one, then destroys the old"
            notes[before, False] = told.format(f"renamed to {_called(head[after])}")
            notes[after, True] = told.format(f"renamed from {_called(base[before])}")
    return notes


def _called(resource: Resource) -> str:
    return f"{resource.path} ({resource.logical_id})"


def _is_the_same(base: Resources, before: Resource, head: Resources, after: Resource) -> bool:
    return (before.key[0], before.type) == (after.key[0], after.type) and _shape(before, base) == _shape(after, head)


def _shape(resource: Resource, resources: Resources) -> Any:
    """The properties, but for what follows from the resource's own name; tags do, in a VPC."""
    own = {resource.logical_id, resource.path, f"{resource.stack}/{resource.path}"}

    def blanked(value: Any) -> Any:
        match value:
            case str():
                return "" if value in own else value
            case Pointer():
                target = resources.get(value.target)
                return Pointer("", target.type if target else value.logical_id, value.attribute)
            case Text(parts):
                return Text(tuple(blanked(part) for part in parts))
            case dict():
                return {key: blanked(each) for key, each in value.items() if key != "Tags"}
            case list():
                return [blanked(each) for each in value]
            case _:
                return value

    return blanked(resource.properties)
