"""Resources that the emulator only takes note of, for want of the service behind them.

CloudFormation keeps what was asked: GetTemplate answers the properties, DescribeStackResources the physical ids.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.emulator.cloudformation.handlers import Provisioned, Resource
from sandbox.emulator.internals import internal


@dataclass(frozen=True)
class Recorded:
    """A handler that provisions nothing and answers `Ref` and `Fn::GetAtt` in the form AWS gives them.

    The texts may name the resource's properties in braces, and `{account}`, `{region}`, `{stack}`, `{logical_id}`,
    `{unique}` (twelve hexadecimal digits that follow from these four) and, in an attribute, `{reference}`.
    """

    reference: str = "{stack}-{logical_id}-{unique}"
    attributes: Mapping[str, str] = field(default_factory=dict)

    def create(self, resource: Resource) -> Provisioned:
        """Take note of the resource."""
        identity = {
            "account": internal("core.responses", "get_account_id")(),
            "region": internal("core.responses", "get_region")(),
            "stack": resource.stack_name,
            "logical_id": resource.logical_id,
        }
        unique = uuid.uuid5(uuid.NAMESPACE_URL, "/".join(identity.values())).hex[:12]
        known = _Known({**resource.properties, **identity, "unique": unique})
        reference = self.reference.format_map(known)
        known["reference"] = reference
        return Provisioned(reference, {name: text.format_map(known) for name, text in self.attributes.items()})

    def update(self, resource: Resource) -> Provisioned:
        """Take note of what changed, under the same physical id."""
        return Provisioned(resource.physical_id, self.create(resource).attributes)

    def delete(self, resource: Resource) -> None:
        """Forget the resource; there is nothing else to do."""


class _Known(dict[str, object]):
    """What a text can name; a property that the template left out reads as nothing."""

    def __missing__(self, name: str) -> str:
        return ""
