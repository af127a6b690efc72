"""The hashed exports in requirements/ and what Poetry installs are the same: what one job tests, another one runs."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import PROJECT

Pins = dict[tuple[str, str], frozenset[str]]
"""Hashes by name and version; where a marker decides, a package has several versions."""

EXPORTS = {
    "requirements/deploy.txt": ("poetry.lock", {"main", "build"}),
    "requirements/sandbox.txt": ("poetry.lock", {"sandbox"}),
    "requirements/node.txt": ("poetry.lock", {"node"}),
    "requirements/development.txt": ("poetry.lock", {"development"}),
    "requirements/checkov.txt": ("requirements/checkov/poetry.lock", {"main"}),
    "requirements/audit.txt": ("requirements/audit/poetry.lock", {"main"}),
    "service/requirements/runtime.txt": ("service/poetry.lock", {"main"}),
    "service/requirements/test.txt": ("service/poetry.lock", {"main", "test"}),
}
"""By file, the lock that it is exported from and the groups; `make lock` writes them all."""


def locked(lock: Path, groups: set[str]) -> Pins:
    packages = tomllib.loads(lock.read_text())["package"]
    return {
        (package["name"], package["version"]): frozenset(file["hash"] for file in package["files"])
        for package in packages
        if not groups.isdisjoint(package["groups"])
    }


def exported(file: Path) -> Pins:
    lines = file.read_text().replace("\\\n", "").splitlines()
    found = [re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", line) for line in lines if line.strip()]
    assert None not in found
    return {
        (each[1], each[2]): frozenset(re.findall(r"--hash=(\S+)", each.string)) for each in found if each is not None
    }


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_pins_the_versions_and_hashes_that_poetry_installs(name: str) -> None:
    lock, groups = EXPORTS[name]
    assert exported(PROJECT / name) == locked(PROJECT / lock, groups)


def test_every_group_is_exported() -> None:
    packages = tomllib.loads((PROJECT / "poetry.lock").read_text())["package"]
    groups = {group for package in packages for group in package["groups"]}
    assert groups == set().union(*(groups for lock, groups in EXPORTS.values() if lock == "poetry.lock"))


def test_every_export_is_looked_at() -> None:
    files = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("requirements/*.txt")}
    files |= {str(path.relative_to(PROJECT)) for path in PROJECT.glob("service/requirements/*.txt")}
    assert files == set(EXPORTS)
