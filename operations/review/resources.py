"""The resources of an assembly, as CloudFormation tells them apart and as a reviewer calls them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.review.assembly import Assembly, Template
from operations.review.names import environment_of
from operations.review.resolver import Resolver
from operations.review.values import Pointer, Text

Key = tuple[str, str]
"""Of a resource: the key of its stack, and its logical id."""

NOT_DEPLOYED = ("Type", "Properties", "Metadata")
"""Parts of a resource that are compared on their own, or mean nothing to CloudFormation."""

CDK_METADATA = "AWS::CDK::Metadata"
"""The CDK's own usage statistics: other ones with every version, and nothing that is deployed."""


@dataclass(frozen=True)
class Resource:
    """A resource of a stack.

    Attributes:
        stack: its id.
        path: of the construct below the stack; the logical id, where the assembly does not tell.
        properties: resolved.
        attributes: DependsOn, DeletionPolicy and the like, resolved.
    """

    key: Key
    stack: str
    environment: str
    path: str
    type: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]

    @property
    def logical_id(self) -> str:
        """Within its stack."""
        return self.key[1]


class Resources(dict[Key, Resource]):
    """All resources of an assembly, by key."""

    def __init__(self, assembly: Assembly) -> None:
        """Resolve what they refer to."""
        resolver = Resolver(assembly.templates)
        super().__init__(
            ((template.key, logical_id), _resource(template, logical_id, resolver))
            for template in assembly.templates
            for logical_id, resource in template.section("Resources").items()
            if resource["Type"] != CDK_METADATA
        )

    def described(self, value: Any, stack_key: str) -> str:
        """A resolved value in words.

        Args:
            stack_key: of the stack that it stands in; what is in another one is named with its stack.
        """
        match value:
            case str():
                return value
            case Pointer():
                return f"${{{self._named(value, stack_key)}}}"
            case Text(parts):
                return "".join(self.described(part, stack_key) for part in parts)
            case _:
                return json.dumps(value, default=lambda each: self.described(each, stack_key), sort_keys=True)

    def _named(self, pointer: Pointer, stack_key: str) -> str:
        resource = self.get(pointer.target)
        name = resource.path if resource else pointer.logical_id
        elsewhere = f"{resource.stack}/" if resource and pointer.stack != stack_key else ""
        return f"{elsewhere}{name}.{pointer.attribute}" if pointer.attribute else f"{elsewhere}{name}"


def _resource(template: Template, logical_id: str, resolver: Resolver) -> Resource:
    resource = template.section("Resources")[logical_id]
    attributes = {name: value for name, value in resource.items() if name not in NOT_DEPLOYED}
    if "Condition" in attributes:  # with what it asks
        attributes["Condition"] = resolver.value(template, {"Condition": attributes["Condition"]})
    return Resource(
        key=(template.key, logical_id),
        stack=template.stack,
        environment=environment_of(template.name),
        path=template.paths.get(logical_id, logical_id),
        type=resource["Type"],
        properties=resolver.properties(template, logical_id),
        attributes=attributes,
    )
