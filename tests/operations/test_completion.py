"""What a shell completes after `slipway --install-completion`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.drills.catalogue import DRILLS
from tests.conftest import CONFIGURATION, PROJECT
from tests.operations.conftest import Slipway
from tests.operations.loaded_modules import LOADED_MODULES

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


Completed = Callable[..., list[str]]


@pytest.fixture
def completed(slipway: Slipway, shell: pytest.MonkeyPatch) -> Completed:
    """What bash is offered for the last of these words; bash itself asks in a test of its own."""
    shell.setenv("TERMINAL_WIDTH", "80")  # which the command changes, so that it is put back

    def complete(*words: str, folder: Path = CONFIGURATION.parent) -> list[str]:
        shell.chdir(folder)
        shell.setenv("_SLIPWAY_COMPLETE", "complete_bash")
        shell.setenv("COMP_WORDS", " ".join(["slipway", *words]))
        shell.setenv("COMP_CWORD", str(len(words)))
        ended = slipway()
        assert (ended.exit_code, ended.stderr) == (0, "")
        return ended.stdout.split()

    return complete


@pytest.mark.parametrize("verb", VERBS)
def test_environments_are_completed(verb: str, completed: Completed) -> None:
    assert completed(verb, "") == ENVIRONMENTS


def test_the_beginning_of_a_name_is_enough(completed: Completed) -> None:
    assert completed("logs", "--follow", "s") == ["sandbox"]


def test_the_file_may_be_another_one(completed: Completed, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[environments.staging]")
    assert completed("--configuration", str(file), "scale", "") == ["staging"]


@pytest.mark.parametrize("text", ["", "environments = 1", "environments = [", "[environments]\ndev = 1\nsecond = 2"])
def test_a_file_that_cannot_be_used_completes_as_far_as_it_goes(
    text: str, completed: Completed, tmp_path: Path
) -> None:
    (tmp_path / "slipway.toml").write_text(text)
    assert completed("status", "d", folder=tmp_path) == (["dev"] if "dev" in text else [])


def test_without_a_file_nothing_is_completed(completed: Completed, tmp_path: Path) -> None:
    assert completed("status", "", folder=tmp_path) == []


def test_verbs_are_completed(completed: Completed) -> None:
    assert set(VERBS) <= set(completed("", folder=PROJECT))


def test_the_shell_gets_it_by_an_option(slipway: Slipway) -> None:
    assert "--install-completion" in slipway("--help").stdout


@pytest.mark.parametrize(
    "words", [["release", "dev", "--tag"], ["deploy", "dev", "--tag"], ["rollback", "dev", "--to"]]
)
def test_tags_are_completed_from_the_newest_commits(words: list[str], completed: Completed, commits: Path) -> None:
    newest = subprocess.run(
        ["git", "-C", commits, "rev-parse", "--short=12", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert completed(*words, "", folder=commits)[0] == f"sha-{newest}"
    assert completed(*words, f"sha-{newest[:6]}", folder=commits) == [f"sha-{newest}"]


def test_without_a_work_tree_no_tag_is_completed(completed: Completed, tmp_path: Path) -> None:
    assert completed("release", "dev", "--tag", "", folder=tmp_path) == []


def test_drills_are_completed_unless_they_are_named_already(completed: Completed) -> None:
    names = [each.name for each in DRILLS]
    assert sorted(completed("sandbox", "drill", "")) == sorted(names)
    assert completed("sandbox", "drill", "tag-missing", "tag") == []


def test_a_name_that_a_shell_would_run_is_not_completed(
    completed: Completed, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "slipway.toml").write_text("[environments.'$(touch x)']\n[environments.dev]\nregion = '`touch x`'")
    assert completed("status", "", folder=tmp_path) == ["dev"]
    assert "`" not in asked("zsh", "status ", shell, tmp_path)


def test_an_explanation_is_one_line_for_fish_which_takes_another_for_a_word(
    shell: pytest.MonkeyPatch, commits: Path
) -> None:
    lines = asked("fish", "release dev --tag ", shell, commits).splitlines()
    assert [line.partition("\t")[0][:4] for line in lines] == ["sha-"] * 2
    assert lines[0].endswith("\N{RIGHT SINGLE QUOTATION MARK}s why  x   /y")
    options = asked("fish", "release dev --", shell, commits).splitlines()
    assert [line for line in options if not line.startswith("--")] == []


def test_bash_itself_completes_what_the_script_for_it_says(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    shell.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    ended = subprocess.run(
        ["bash", "--norc", "-c", BASH], cwd=CONFIGURATION.parent, capture_output=True, text=True, check=True
    )
    assert (ended.stdout.splitlines(), ended.stderr) == (["dev,prod,sandbox,", "status,", "ask,rollback,leave,"], "")


def test_completing_loads_neither_the_sdk_nor_our_own_models(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("_SLIPWAY_COMPLETE", "complete_bash")
    shell.setenv("COMP_WORDS", "slipway status ")
    shell.setenv("COMP_CWORD", "2")
    ended = subprocess.run(
        [sys.executable, "-c", LOADED_MODULES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert not {"boto3", "botocore", "configuration", "aws_cdk", "sandbox"} & set(ended.stderr.split())


BASH = """
source <(slipway --show-completion bash)
ask() {
  COMP_WORDS=(slipway "$@"); COMP_CWORD=$#; COMPREPLY=()
  _slipway_completion slipway
  printf '%s,' "${COMPREPLY[@]}"; echo
}
ask status ''
ask st
ask watch dev --on-cancel ''
"""


def asked(program: str, text: str, shell: pytest.MonkeyPatch, folder: Path) -> str:
    """What zsh or fish is told about this command line."""
    shell.setenv("_SLIPWAY_COMPLETE", f"complete_{program}")
    shell.setenv("_TYPER_COMPLETE_ARGS", f"slipway {text}")
    shell.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    script = Path(sys.executable).parent / "slipway"
    return subprocess.run([script], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def commits(tmp_path: Path) -> Path:
    """A work tree with two commits, the newer of which is explained at length, and in words that a shell would run."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Eve", "-c", "user.email=eve@example.com"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    (tmp_path / "slipway.toml").write_text("[environments.dev]")
    for subject in ("First", f"{'A long explanation ' * 6}this's why $(x) [/y]"):
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", subject], check=True)
    return tmp_path
