"""Versions that must not drift apart."""

import json
import re
from importlib.metadata import version

from tests.conftest import PROJECT


def test_cdk_cli_is_pinned_exactly() -> None:
    package = json.loads((PROJECT / "package.json").read_text())
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    assert re.fullmatch(r"2\.1148\.\d+", package["dependencies"]["aws-cdk"])
    assert lock["packages"]["node_modules/aws-cdk"]["version"] == package["dependencies"]["aws-cdk"]


def test_lock_of_npm_names_no_place_to_download_from() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_emulator_is_the_one_that_its_extensions_were_written_for() -> None:
    assert version("ministack") == "1.5.33"
