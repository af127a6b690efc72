"""What cfn-lint finds in templates."""

from collections.abc import Sequence
from pathlib import Path

from cfnlint import ManualArgs
from cfnlint.api import lint_by_config


def errors(template_paths: Sequence[str]) -> list[str]:
    """The findings of the severity error; of templates that say the same, only one is looked at."""
    distinct = {Path(path).read_bytes(): path for path in template_paths}
    findings = lint_by_config(ManualArgs(templates=list(distinct.values())))
    return [str(each) for each in findings if each.rule.severity == "error"]
