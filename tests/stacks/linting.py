"""What cfn-lint finds in templates."""

import gc
from collections.abc import Iterable
from pathlib import Path

from aws_cdk.cx_api import CloudFormationStackArtifact
from cfnlint import ManualArgs
from cfnlint.api import lint_by_config

IN_EVERY_TEMPLATE = {"W3010", "W3005"}
"""Zones by name, which slipway.toml gives; a dependency too many at a function that CDK makes."""


def findings(stacks: Iterable[CloudFormationStackArtifact]) -> list[str]:
    """All but what is found in every template, all in one run, which reads what cfn-lint knows once."""
    distinct = {path.read_bytes(): str(path) for path in (Path(stack.template_full_path) for stack in stacks)}
    gc.disable()  # to look for garbage in what cfn-lint knows takes a sixth of its time
    try:
        found = lint_by_config(ManualArgs(templates=list(distinct.values())))
    finally:
        gc.enable()
    return [str(each) for each in found if each.rule.id not in IN_EVERY_TEMPLATE]
