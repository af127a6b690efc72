"""What cfn-lint finds in templates."""

from collections.abc import Sequence

from cfnlint import ManualArgs
from cfnlint.api import lint_by_config


def errors(template_paths: Sequence[str]) -> list[str]:
    """The findings of the severity error."""
    findings = lint_by_config(ManualArgs(templates=list(template_paths)))
    return [str(each) for each in findings if each.rule.severity == "error"]
