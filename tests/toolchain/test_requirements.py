"""The exports in requirements/, which pip installs, are what poetry.lock says."""

import re
import tomllib

import pytest

from tests.conftest import PROJECT

Pins = dict[str, tuple[str, frozenset[str]]]
CHECKOV = "checkov.txt"
AUDIT = "audit.txt"
LOCKS = {CHECKOV: "requirements/checkov/poetry.lock", AUDIT: "requirements/audit/poetry.lock"}
"""Of what cannot share the environment of the rest; all others are in the lock of the project."""

GROUPS = {
    "deploy.txt": ["main", "build"],
    "sandbox.txt": ["sandbox"],
    "node.txt": ["node"],
    "development.txt": ["development"],
    CHECKOV: ["main"],
    AUDIT: ["main"],
}


def locked(groups: list[str], lock_file: str = "poetry.lock") -> Pins:
    lock = tomllib.loads((PROJECT / lock_file).read_text())
    return {
        package["name"]: (package["version"], frozenset(file["hash"] for file in package["files"]))
        for package in lock["package"]
        if not set(groups).isdisjoint(package["groups"])
    }


def exported(name: str) -> Pins:
    text = (PROJECT / "requirements" / name).read_text().replace("\\\n", "")
    found = [re.match(r"([\w.-]+)==(\S+)", line) for line in text.splitlines()]
    return {each[1]: (each[2], frozenset(re.findall(r"--hash=(\S+)", each.string))) for each in found if each}


def test_every_export_is_known() -> None:
    assert sorted(GROUPS) == sorted(path.name for path in (PROJECT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("name", GROUPS)
def test_an_export_holds_the_versions_and_hashes_of_the_lock(name: str) -> None:
    assert exported(name) == locked(GROUPS[name], LOCKS.get(name, "poetry.lock"))


def test_every_direct_dependency_is_pinned_to_one_version() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    pins = {
        entry.split(" (==")[0]: entry.split(" (==")[1].removesuffix(")") for entry in project["project"]["dependencies"]
    }
    for group in project["tool"]["poetry"]["group"].values():
        for name, pin in group["dependencies"].items():
            pins[name] = pin if isinstance(pin, str) else pin["version"]
    versions = {
        name: version for name, (version, _) in locked(["main", "build", "sandbox", "node", "development"]).items()
    }
    assert pins.items() <= versions.items()


def test_no_lock_file_names_the_host_of_an_index() -> None:
    locks = [
        *(PROJECT / "requirements").glob("*.txt"),
        *(PROJECT / "requirements").glob("*/*"),
        *(PROJECT / "service" / "requirements").iterdir(),
        *(PROJECT / name for name in ("poetry.lock", "service/poetry.lock", "package-lock.json", "pyproject.toml")),
    ]
    # What a package says of itself may name any host.
    told = re.compile(r'(?m)^description = .*$|"funding": \{[^}]*\}')
    hosts = re.compile(r"https?://\S+|\S*pypi\S*org|\S*npmjs\S*")
    assert {path: hosts.findall(told.sub("", path.read_text())) for path in locks} == {path: [] for path in locks}
