"""What a shell completes after `slipway --install-completion`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CONFIGURATION, PROJECT
from tests.operations.conftest import Slipway

VERBS = (
    "diagnose",
    "release",
    "watch",
    "history",
    "rollback",
    "abort",
    "status",
    "logs",
    "exec",
    "scale",
    "doctor",
    "github",
    "cost",
)
ENVIRONMENTS = ["dev", "prod", "sandbox"]


def completed(*words: str, shell: pytest.MonkeyPatch, folder: Path = CONFIGURATION.parent) -> list[str]:
    """What bash is offered for the last of these words."""
    shell.setenv("_SLIPWAY_COMPLETE", "complete_bash")
    shell.setenv("COMP_WORDS", " ".join(["slipway", *words]))
    shell.setenv("COMP_CWORD", str(len(words)))
    script = Path(sys.executable).parent / "slipway"
    ended = subprocess.run([script], cwd=folder, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    return ended.stdout.split()


@pytest.mark.parametrize("verb", VERBS)
def test_environments_are_completed(verb: str, shell: pytest.MonkeyPatch) -> None:
    assert completed(verb, "", shell=shell) == ENVIRONMENTS


def test_the_beginning_of_a_name_is_enough(shell: pytest.MonkeyPatch) -> None:
    assert completed("logs", "--follow", "s", shell=shell) == ["sandbox"]


def test_the_file_may_be_another_one(shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[environments.staging]")
    assert completed("--configuration", str(file), "scale", "", shell=shell) == ["staging"]


@pytest.mark.parametrize("text", ["", "environments = 1", "environments = [", "[environments]\ndev = 1\nsecond = 2"])
def test_a_file_that_cannot_be_used_completes_as_far_as_it_goes(
    text: str, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "slipway.toml").write_text(text)
    assert completed("status", "d", shell=shell, folder=tmp_path) == (["dev"] if "dev" in text else [])


def test_without_a_file_nothing_is_completed(shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert completed("status", "", shell=shell, folder=tmp_path) == []


def test_verbs_are_completed(shell: pytest.MonkeyPatch) -> None:
    assert set(VERBS) <= set(completed("", shell=shell, folder=PROJECT))


def test_the_shell_gets_it_by_an_option(slipway: Slipway) -> None:
    assert "--install-completion" in slipway("--help").stdout
