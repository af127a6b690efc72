"""What checkov finds in templates."""

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import PROJECT

CHECKOV = PROJECT / ".checkov" / "bin" / "checkov"
"""In an environment of its own: it needs other versions of packages that the rest needs too."""

WITHOUT_PAUSES = """\
import gc, runpy, sys
gc.disable()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs the program that is named after it, and looks for no garbage: that is a third of checkov's time, and finds none.

Its peak of memory is 310 MB with and without (measured).
"""


class Failed(NamedTuple):
    """A check that a resource of a template fails."""

    template: Path
    logical_id: str
    check: str


def failed_checks(templates: Iterable[Path], directory: Path) -> set[Failed]:
    """Run checkov once, without network, over copies of those templates that it makes in that empty directory.

    Raises:
        AssertionError: checkov is not installed, or could not read a template.
    """
    assert CHECKOV.exists(), (
        f"{CHECKOV} is missing: `make test` installs it, and `make .checkov/.installed` nothing else"
    )
    alike: dict[bytes, list[Path]] = {}
    for template in templates:
        alike.setdefault(template.read_bytes(), []).append(template)
    copies: dict[str, list[Path]] = {}
    for number, (content, same) in enumerate(alike.items()):
        copies[f"/{number}.json"] = same
        (directory / f"{number}.json").write_bytes(content)
    done = subprocess.run(
        [
            *(CHECKOV.with_name("python"), "-c", WITHOUT_PAUSES, CHECKOV),
            *("--directory=.", "--framework=cloudformation", "--skip-download", "--quiet", "--output=json"),
        ],
        cwd=directory,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(directory),  # no configuration of the user's
            "CHECKOV_PARALLELIZATION_TYPE": "none",  # what processes tell each other takes more than to parse
            # Whatever it would ask for in the internet would have to go through this proxy, at which nobody listens.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode in {0, 1}, done.stderr  # 1: there are failed checks
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0, done.stdout
    return {
        Failed(template, each["resource"].rpartition(".")[2], each["check_id"])
        for each in report["results"]["failed_checks"]
        for template in copies[each["file_path"]]
    }
