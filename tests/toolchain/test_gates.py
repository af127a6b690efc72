"""`make check` fails on each kind of mistake that its gates are there for; workflows are in tests/pipeline."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

ROOMS = ("configuration", "constructs", "stacks", "operations", "sandbox")
WRONG_IMPORTS = {
    "configuration/cron.py": ("import boto3", "configuration knows pydantic, and nothing else of ours"),
    "constructs/slipway_constructs/notifications/slack.py": (
        "from configuration import Environment",
        "constructs know the CDK, and nothing else of ours",
    ),
    "stacks/registry.py": (
        "from operations.errors import OperationError",
        "stacks know constructs and configuration, neither the command nor the sandbox",
    ),
    "operations/smoke.py": ("from aws_cdk import Stack", "the command knows neither the CDK nor what is built with it"),
    "sandbox/up.py": ("import stacks.network", "the sandbox knows neither the CDK nor what is built with it"),
    "operations/exec.py": ("import sandbox.workspace", "the sandbox is known to its own verbs only"),
    "operations/errors.py": ("import operations.gateways.ecs", "the command is made in layers"),
    "operations/rendering/status.py": ("import operations.aws", "renderers ask nobody"),
    "operations/doctor/quota.py": ("import operations.rollout", "no part of a room goes round in a circle"),
}
"""By file, an import that it must not have, and the contract that forbids it."""


def ended(words: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        words, cwd=folder, env={**os.environ, "PATH": path, **variables}, capture_output=True, text=True, check=False
    )


def made(target: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return ended(["make", "--old-file", ".venv/.development", target], folder)  # nothing is installed


def test_every_gate_is_part_of_the_check() -> None:
    planned = ended(["make", "--dry-run", "check"], PROJECT)
    gates = (
        "ruff",
        "mypy",
        "pyright",
        "lint-imports",
        "vulture",
        "detect-secrets-hook",
        "actionlint",
        "cd service",
        "pytest",
    )
    assert [gate for gate in gates if f"\n{gate}" not in planned.stdout and f" {gate}" not in planned.stdout] == []


def test_an_import_into_the_wrong_room_breaks_its_contract(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        shutil.copytree(PROJECT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.json", "__pycache__"))
    here = os.pathsep.join([str(tmp_path), str(tmp_path / "constructs")])
    lint = ["lint-imports", "--no-logo", "--no-cache"]
    assert ended(lint, tmp_path, PYTHONPATH=here).returncode == 0
    for file, (statement, _) in WRONG_IMPORTS.items():
        (tmp_path / file).write_text(f"{(tmp_path / file).read_text()}\n{statement}\n")
    found = ended(lint, tmp_path, PYTHONPATH=here)
    assert found.returncode != 0
    assert [contract for _, contract in WRONG_IMPORTS.values() if f"{contract} BROKEN" not in found.stdout] == []


def test_a_function_that_nothing_calls_is_dead(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        "def nobody_calls_it() -> None: ...\n\n\ndef caller() -> None: ...\n\n\ncaller()\n"
    )
    found = ended(["vulture", "--config", str(PROJECT / "pyproject.toml"), str(tmp_path / "module.py")], PROJECT)
    assert found.returncode != 0
    assert "nobody_calls_it" in found.stdout
    assert "'caller'" not in found.stdout


SECRETS = {  # cut in two, so that they are not found here
    "AWS Access Key": "key = 'AK|IAQYLPMN5HHHFPZAM2'",
    "Private Key": "-----BEGIN RSA |PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\n-----END RSA |PRIVATE KEY-----",
    "GitHub Token": "to|ken = 'ghp_|wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'",
    "Secret Keyword": "database_pass|word = 'Zq9vT4kLx0'",
}
"""By kind, a line that has one."""


def file_with(kind: str) -> str:
    return f"settings_{list(SECRETS).index(kind)}.py"


@pytest.fixture(scope="module")
def found_secrets(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What is said of a project that has every kind, each in a file of its own."""
    folder = tmp_path_factory.mktemp("secrets")
    known = folder / "tests" / "toolchain" / "harmless.py"
    known.parent.mkdir(parents=True)
    shutil.copy(PROJECT / "tests" / "toolchain" / "harmless.py", known)
    shutil.copy(PROJECT / "Makefile", folder)
    for kind, line in SECRETS.items():
        (folder / file_with(kind)).write_text(line.replace("|", "") + "\n")
    for words in (["git", "init", "--quiet"], ["git", "add", "."]):
        assert ended(words, folder).returncode == 0
    return made("check-secrets", folder)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found(kind: str, found_secrets: subprocess.CompletedProcess[str]) -> None:
    assert found_secrets.returncode != 0
    assert f"Secret Type: {kind}\nLocation:    {file_with(kind)}:1\n" in found_secrets.stdout


@pytest.mark.parametrize(
    ("part", "covered", "ends"), [("operations", 94, 2), ("constructs", 94, 2), ("constructs", 95, 0)]
)
def test_a_part_that_tests_reach_less_of_than_its_floor_fails(
    part: str, covered: int, ends: int, tmp_path: Path
) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for name in ("operations", "constructs"):
        (tmp_path / name).mkdir()
        reached = covered - 1 if name == part else 98  # beside the definition, which is reached, too
        lines = ["import sys"] * reached + ["def nobody_calls_it():"] + ["    sys.exit()"] * (99 - reached)
        (tmp_path / name / "module.py").write_text("\n".join(lines))
    (tmp_path / "run.py").write_text(
        "from runpy import run_path\nrun_path('operations/module.py')\nrun_path('constructs/module.py')\n"
    )
    here = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    assert ended(["coverage", "run", "--source=.", "run.py"], tmp_path, **here).returncode == 0
    found = ended(["make", "coverage-floors"], tmp_path, **here)
    assert found.returncode == ends, found.stdout
