"""`make lint-workflows`, which `make check` runs, fails on each kind of mistake that its linters are there for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

DRIFT = ".github/workflows/drift.yml"
SET_UP = ".github/actions/set-up/action.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
RUN = ".venv/bin/slipway drift"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What the linters look at, in a folder of its own."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    shutil.copytree(PROJECT / ".github", tmp_path / ".github")
    for path in PROJECT.glob("observability/*/Dockerfile"):
        copied = tmp_path / path.relative_to(PROJECT)
        copied.parent.mkdir(parents=True)
        shutil.copy(path, copied)
    (tmp_path / "service").mkdir()
    shutil.copy(PROJECT / "service" / "Dockerfile", tmp_path / "service")
    (tmp_path / ".git").mkdir()  # by which actionlint knows the folder of a project
    return tmp_path


def linted(project: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["make", "--old-file", ".venv/.development", "lint-workflows"],  # nothing is installed
        cwd=project,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_as_they_are_nothing_is_found(project: Path) -> None:
    ended = linted(project)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def part(project: Path) -> Path:
    """What has the mistakes: one workflow is linted sooner than all."""
    for path in {*project.glob(".github/workflows/*")} - {project / DRIFT}:
        path.unlink()
    return project


@pytest.mark.parametrize(
    ("file", "right", "wrong", "finding"),
    [
        (DRIFT, "needs.plan.result", "needs.plans.result", "is not defined in object type"),
        (DRIFT, "ENVIRONMENT: ${{ matrix", "ENVIRONMENT: ${{ matrx", 'undefined variable "matrx"'),
        (DRIFT, 'cdk: "false"', 'cdkk: "false"', 'input "cdkk" is not defined in action "Set up slipway"'),
        (DRIFT, f'{RUN} "$ENVIRONMENT"', f"{RUN} $ENVIRONMENT", "SC2086"),
        (DRIFT, "17 5 * * 1", "17 25 * * 1", "invalid CRON format"),
        (DRIFT, "timeout-minutes: 10", "timeout-minuts: 10", "timeout-minuts"),
        (DRIFT, CHECKOUT, "actions/checkout@v7", "unpinned-uses"),
        (DRIFT, "        with:\n          persist-credentials: false\n", "", "artipacked"),
        (
            DRIFT,
            "permissions:\n      contents: read # checks the commit out\n",
            "permissions: write-all\n",
            "excessive-perm",
        ),
        (DRIFT, f'{RUN} "$ENVIRONMENT"', f"{RUN} ${{{{ github.head_ref }}}}", "github.head_ref"),
        (SET_UP, "      shell: bash\n", "", "shell"),
        (".github/dependabot.yml", "interval: weekly", "interval: sometimes", "'sometimes' is not one of"),
        (".github/dependabot.yml", "    cooldown:\n      default-days: 7\n", "", "dependabot-cooldown"),
        ("service/Dockerfile", "\nFROM ", "\nFROM debian AS odd\nFROM ", "DL3006"),
    ],
)
def test_a_mistake_is_found(file: str, right: str, wrong: str, finding: str, part: Path) -> None:
    path = part / file
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong, 1))
    ended = linted(part)
    assert ended.returncode != 0
    assert finding in ended.stdout + ended.stderr


def test_check_runs_these_linters() -> None:
    planned = subprocess.run(["make", "--dry-run", "check"], cwd=PROJECT, check=True, capture_output=True, text=True)
    assert "actionlint" in planned.stdout
