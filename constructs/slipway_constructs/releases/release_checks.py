"""The release rules at synthesis, beside cdk-nag: what breaks one fails the synthesis, with the fix in the text."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)

from slipway_constructs.releases.release_rules import Finding, Template

Rule = Callable[[Template], Iterable[Finding]]


@jsii.implements(IPolicyValidationPlugin)
class ReleaseChecks:
    """Looks at the templates of the stacks that it is given rules for.

    A finding is accepted like one of cdk-nag, by its id `Slipway::RULE`.
    """

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        """Check these stacks.

        Args:
            rules: by construct path of a stack.
        """
        self._rules = rules

    @property
    def name(self) -> str:
        """What findings are reported under."""
        return "Slipway"

    @property
    def version(self) -> str | None:
        """None: the rules have no version of their own."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """None: they are not reported to anybody."""
        return None

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Apply the rules to the templates that were written."""
        violations = [
            _violation(finding, stack.template_path)
            for stack in context.stack_templates
            for rule in self._rules.get(stack.stack_construct_path, ())
            for finding in rule(json.loads(Path(stack.template_path).read_text(encoding="utf-8")))
        ]
        return PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(finding: Finding, template_path: str) -> PolicyViolation:
    return PolicyViolation(
        rule_name=finding.rule,
        description=finding.what,
        fix=finding.fix,
        severity="error",
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=finding.resource,
                template_path=template_path,
                locations=[f"Properties.{finding.location}"],
            )
        ],
    )
