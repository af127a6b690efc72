"""What CloudFormation would do to each resource, told from two assemblies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from operations.review.create_only import conditionally_create_only, create_only, is_known, values_at
from operations.review.names import property_path
from operations.review.renaming import renamed
from operations.review.report import Action, ResourceChange
from operations.review.resources import Key, Resource, Resources
from operations.review.stateful import RETAINING
from operations.review.values import differing, equal, pointers

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
"""Types whose own code decides whether they are replaced."""

Both = Mapping[Key, tuple[Resource, Resource]]


@dataclass(frozen=True)
class Difference:
    """A resource that is not the same in both assemblies.

    Attributes:
        before: in BASE; None if it is not there, or is of another type.
        after: in HEAD; likewise.
    """

    key: Key
    before: Resource | None
    after: Resource | None
    action: Action
    properties: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    note: str = ""

    @property
    def resource(self) -> Resource:
        """In BASE if it is there: a name that a reviewer knows, and that HEAD has no say in."""
        resource = self.before or self.after
        if resource is None:
            raise ValueError("a difference is between two resources, one of which is there")
        return resource

    @property
    def changed(self) -> frozenset[str]:
        """The properties that change, by their top-level names."""
        names = {path.partition(".")[0].partition("[")[0] for path in self.properties}
        known = {*(self.before.properties if self.before else ()), *(self.after.properties if self.after else ())}
        return frozenset(names & known)

    @property
    def retained(self) -> bool:
        """Whether CloudFormation leaves the old resource, or a copy, where it is."""
        match self.action:
            case Action.DESTROYED:
                return self.resource.attributes.get("DeletionPolicy") in RETAINING
            case Action.REPLACED | Action.MAY_BE_REPLACED:
                return self.resource.attributes.get("UpdateReplacePolicy") in RETAINING
            case _:
                return False

    def as_change(self) -> ResourceChange:
        """The same as the report has it."""
        return ResourceChange(
            environment=self.resource.environment,
            stack=(self.after or self.resource).stack,
            resource=self.resource.path,
            logical_id=self.resource.logical_id,
            type=self.resource.type,
            action=self.action,
            properties=self.properties,
            causes=self.causes,
            retained=self.retained,
            note=self.note,
        )


def differences(base: Resources, head: Resources) -> list[Difference]:
    """Every resource that is not the same in both, in the order of HEAD; what is destroyed comes last."""
    both = {key: (base[key], after) for key, after in head.items() if key in base and base[key].type == after.type}
    causes = _replaced(both)
    notes = renamed(base, head, gone=base.keys() - both.keys(), new=head.keys() - both.keys())
    return [
        *_changed_or_added(base, head, both, causes, notes),
        *(
            Difference(key, resource, None, Action.DESTROYED, note=notes.get((key, False), ""))
            for key, resource in base.items()
            if key not in both
        ),
    ]


def _changed_or_added(
    base: Resources,
    head: Resources,
    both: Both,
    causes: Mapping[Key, tuple[str, ...]],
    notes: Mapping[tuple[Key, bool], str],
) -> Iterator[Difference]:
    for key, after in head.items():
        if key in both:
            yield from _changed(both[key][0], after, causes)
        else:
            other = f"its logical id was that of a {base[key].type}" if key in base else ""
            yield Difference(key, None, after, Action.ADDED, note=notes.get((key, True), other))


def _replaced(both: Both) -> dict[Key, tuple[str, ...]]:
    """What is replaced, and why: a create-only property changes, or refers to something that is replaced itself."""
    causes = {
        key: found
        for key, (before, after) in both.items()
        if (found := _unequal(create_only(after.type), before, after))
    }
    while further := {
        key: found
        for key, (_, after) in both.items()
        if key not in causes and (found := tuple(_inherited(after, causes, both)))
    }:
        causes |= further
    return causes


def _unequal(paths: Iterable[str], before: Resource, after: Resource) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted(paths):  # what is in a table after the table itself
        if any(path.startswith(f"{known}/") for known in found):
            continue
        if not equal(list(values_at(before.properties, path)), list(values_at(after.properties, path))):
            found.append(path)
    return tuple(path.replace("/", ".") for path in found)


def _inherited(resource: Resource, causes: Mapping[Key, Any], both: Both) -> Iterator[str]:
    for path in create_only(resource.type):
        for value in values_at(resource.properties, path):
            for target in dict.fromkeys(pointer.target for _, pointer in pointers(value)):
                if target in causes:
                    yield f"{path.replace('/', '.')}, which refers to {both[target][0].path}"


def _changed(before: Resource, after: Resource, causes: Mapping[Key, tuple[str, ...]]) -> Iterator[Difference]:
    paths = [
        *differing(before.properties, after.properties),
        *(path for path, pointer in pointers(after.properties) if pointer.target in causes),
    ]
    properties = [property_path(path) for path in paths]
    attributes = [property_path(path) for path in differing(before.attributes, after.attributes)]
    if not properties and not attributes:
        return
    may_replace = _unequal(conditionally_create_only(after.type), before, after)
    action = Action.MAY_BE_REPLACED if may_replace else Action.CHANGED
    if after.key in causes:
        action = Action.REPLACED
    yield Difference(
        key=after.key,
        before=before,
        after=after,
        action=action,
        properties=tuple(dict.fromkeys([*properties, *attributes])),
        causes=causes.get(after.key, may_replace),
        note=_note(before, after, action, changed=bool(properties)),
    )


def _note(before: Resource, after: Resource, action: Action, *, changed: bool) -> str:
    if changed and not is_known(after.type) and not after.type.startswith(CUSTOM):
        return f"whether CloudFormation replaces a {after.type} is not known here"
    name = f"{after.type.rpartition('::')[2]}Name"
    for fixed in {"Name", name} & set(create_only(after.type)):
        value = after.properties.get(fixed)
        if action is Action.REPLACED and isinstance(value, str) and value == before.properties.get(fixed):
            return f"CloudFormation refuses to replace it as long as {fixed} stays {value!r}"
    return ""
