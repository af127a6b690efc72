"""The exports in requirements/ are what poetry.lock says. README.md tells how to make them again."""

import re
import tomllib

import pytest

from tests.dockerfile import SERVICE

Pins = dict[str, tuple[str, frozenset[str]]]


def locked(*groups: str) -> Pins:
    lock = tomllib.loads((SERVICE / "poetry.lock").read_text())
    return {
        package["name"]: (package["version"], frozenset(file["hash"] for file in package["files"]))
        for package in lock["package"]
        if not set(groups).isdisjoint(package["groups"])
    }


def exported(name: str) -> Pins:
    text = (SERVICE / "requirements" / name).read_text().replace("\\\n", "")
    requirements = [re.match(r"([\w.-]+)==(\S+)", line) for line in text.splitlines()]
    return {
        found[1]: (found[2], frozenset(re.findall(r"--hash=(\S+)", found.string)))
        for found in requirements
        if found is not None
    }


@pytest.mark.parametrize(("name", "groups"), [("runtime.txt", ["main"]), ("test.txt", ["main", "test"])])
def test_an_export_holds_the_versions_and_hashes_of_the_lock(name: str, groups: list[str]) -> None:
    assert exported(name) == locked(*groups)


def test_every_dependency_is_pinned_to_one_version_and_locked_at_it() -> None:
    project = tomllib.loads((SERVICE / "pyproject.toml").read_text())
    pins = [re.fullmatch(r"([\w.-]+) \(==([\w.]+)\)", entry) for entry in project["project"]["dependencies"]]
    direct = {pin[1]: pin[2] for pin in pins if pin is not None}
    direct |= project["tool"]["poetry"]["group"]["test"]["dependencies"]

    assert None not in pins
    assert direct.items() <= {name: version for name, (version, _) in locked("main", "test").items()}.items()
