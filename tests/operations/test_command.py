"""The command line itself: what it loads, what it refuses, and with which exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CONFIGURATION, PROJECT
from tests.operations.conftest import Slipway
from tests.operations.loaded_modules import LOADED_MODULES


@pytest.mark.parametrize(
    "words", [["--help"], ["status", "--help"], ["release", "--help"], ["sandbox", "up", "--help"]]
)
def test_help_is_given_without_loading_the_sdk_the_cdk_or_the_emulator(words: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED_MODULES, *words, "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ended.stderr.split())
    assert "operations" in loaded
    assert not loaded & {"boto3", "botocore", "aws_cdk", "jsii", "cdk_nag", "docker", "ministack", "sandbox"}
    assert "configuration" not in loaded  # its models take longer to build than the help may take
    assert "Usage: slipway" in ended.stdout


def test_every_verb_is_in_the_help(slipway: Slipway) -> None:
    ended = slipway("--help")
    verbs = {"release", "watch", "status", "history", "rollback", "abort", "sandbox"}
    assert verbs <= set(ended.stdout.replace("│", " ").split())
    assert (ended.exit_code, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["status"], "Missing argument 'ENVIRONMENT'."),
        (["status", "dev", "prod"], "Got unexpected extra argument"),
        (["status", "dev", "--yaml"], "No such option: --yaml"),
        (["launch", "dev"], "No such command 'launch'."),
        (["--configuration"], "Option '--configuration' requires an argument."),
    ],
)
def test_a_usage_error_is_told_on_stderr_and_ends_with_2(words: list[str], complaint: str, slipway: Slipway) -> None:
    ended = slipway(*words)
    assert complaint in ended.stderr
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_every_problem_of_the_configuration_is_a_line_on_stderr_and_the_exit_code_is_2(
    tmp_path: Path, slipway: Slipway
) -> None:
    path = tmp_path / "mine.toml"
    text = CONFIGURATION.read_text()
    path.write_text(text.replace("port = 4566", "port = 80").replace("max = 10", "max = 1"))
    ended = slipway("--configuration", str(path), "status", "dev")
    assert sorted(ended.stderr.splitlines()) == [
        "mine.toml: environments.prod.tasks.max: must be at least tasks.min (2), is 1",
        "mine.toml: sandbox.port: must be at least 1024, is 80",
    ]
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_a_configuration_that_is_not_there_is_a_line_on_stderr(tmp_path: Path, slipway: Slipway) -> None:
    path = tmp_path / "mine.toml"
    ended = slipway("--configuration", str(path), "status", "dev")
    assert ended.stderr == f"mine.toml: cannot be read: No such file or directory: {path}\n"
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_outside_of_a_project_the_command_says_where_it_looked(
    tmp_path: Path, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    shell.chdir(tmp_path)
    ended = slipway("status", "dev")
    assert ended.stderr == f"slipway.toml: is neither in {tmp_path} nor in a folder above it; slipway init writes one\n"
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_the_configuration_is_found_from_a_folder_below(slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.chdir(PROJECT / "tests" / "operations")
    assert slipway("status", "staging").stderr.startswith("environment 'staging' is not in slipway.toml")


def test_an_unknown_environment_is_answered_with_the_known_ones(slipway: Slipway) -> None:
    ended = slipway("status", "staging")
    assert ended.stderr == "environment 'staging' is not in slipway.toml; it has dev, prod, sandbox\n"
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_the_installed_script_is_this_command(tmp_path: Path) -> None:
    script = Path(sys.executable).parent / "slipway"
    ended = subprocess.run([script, "status", "dev"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stderr == f"slipway.toml: is neither in {tmp_path} nor in a folder above it; slipway init writes one\n"
    assert (ended.returncode, ended.stdout) == (2, "")
