"""What cfn-lint finds in templates."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cfnlint import ManualArgs
from cfnlint.api import lint_by_config

from tests.conftest import ASSEMBLIES


def errors(template_paths: Sequence[str]) -> list[str]:
    """The findings of the severity error; templates that say the same are looked at once in a run, if all is well."""
    distinct = {accepted(Path(path).read_bytes()): path for path in template_paths}
    new = {mark: path for mark, path in distinct.items() if not mark.exists()}
    findings = lint_by_config(ManualArgs(templates=list(new.values()))) if new else []
    found = [str(each) for each in findings if each.rule.severity == "error"]
    for mark in new if not found else ():
        mark.touch()
    return found


def accepted(template: bytes) -> Path:
    """A file that is there when a process of the tests has found no error in that template."""
    return Path(os.environ[ASSEMBLIES], f"{hashlib.sha256(template).hexdigest()}.linted")
