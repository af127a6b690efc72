"""A pack of cdk-nag for some stacks of an app."""

from collections.abc import Sequence

import jsii
from aws_cdk import IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport, Stack
from cdk_nag import NagPack


@jsii.implements(IPolicyValidationPlugin)
class StackChecks:
    """Applies a pack to the stacks that it is given, where the pack itself would take every stack of the app."""

    def __init__(self, pack: NagPack, stacks: Sequence[Stack]) -> None:
        """Check these stacks with that pack; its findings keep the pack's name and ids."""
        self._pack = pack
        self._stacks = stacks

    @property
    def name(self) -> str:
        """The pack's."""
        return self._pack.name

    @property
    def version(self) -> str | None:
        """None, as the packs have it."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """None: they are not reported to anybody."""
        return None

    def validate(self, _context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Apply the pack to one stack after the other."""
        violations = [violation for stack in self._stacks for violation in self._pack.validate_scope(stack).violations]
        return PolicyValidationPluginReport(success=not violations, violations=violations)
