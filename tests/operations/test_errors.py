"""What a clumsy user sees: what is wrong, and what to do, never a traceback."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations import status
from tests.conftest import CONFIGURATION, PROJECT
from tests.operations.conftest import Slipway

FOLDERS = ("operations", "sandbox")
SCRIPT = Path(sys.executable).parent / "slipway"


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def errors() -> set[str]:
    """OperationError, and the classes that are made of it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    found = {"OperationError"}
    while more := {name for name, its in bases.items() if its & found} - found:
        found |= more
    return found


def words(node: ast.expr | None) -> str | None:
    """The text as far as it is written down; None if it is made elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(words(part) or "WORDS" for part in parts)
        case _:
            return None


def test_every_error_says_what_to_do_in_a_sentence_and_what_happened_in_a_clause() -> None:
    kinds = errors()
    assert {"CredentialsExpiredError", "UnavailableError"} < kinds
    wrong, seen = [], 0
    for path, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                seen += 1
                fix = words(next((each.value for each in node.keywords if each.arg == "fix"), None))
                what = words(node.args[0]) if node.args else None
                missing = not any(each.arg == "fix" for each in node.keywords)
                if missing or fix == "" or (what or "").endswith("."):
                    wrong.append(f"{path.relative_to(PROJECT)}:{node.lineno}")
    assert (wrong, seen > 100) == ([], True)


@pytest.mark.parametrize(
    ("typed", "exit_code", "says", "advises"),
    [
        ("status", 2, "Missing argument 'ENVIRONMENT'", "slipway status --help"),
        ("stauts dev", 2, "No such command 'stauts'", "Did you mean 'status'?"),
        ("status prdo", 2, "environment 'prdo' is not in slipway.toml", "did you mean 'prod'?"),
        ("status staging", 2, "environment 'staging' is not in slipway.toml", "it has dev, prod, sandbox"),
        ("status dev", 1, "the shell has no credentials", "Run aws sso login, or set AWS_PROFILE"),
        ("status dev --json", 1, "the shell has no credentials", "Run aws sso login, or set AWS_PROFILE"),
        ("status sandbox", 1, "the sandbox does not answer", "Run make up."),
        ("--configuration nope.toml status dev", 2, "nope.toml: cannot be read", "No such file or directory"),
        ("--configuration . status dev", 2, ".: cannot be read", "Is a directory"),
        ("release dev", 2, "Missing option '--tag'", "slipway release --help"),
        ("release dev --tag latest", 2, "'latest' is not a tag: it must be sha- and 7", "Run git rev-parse"),
        ("logs dev --since yesterday", 2, "must be a duration such as 90s", "is 'yesterday'"),
        ("logs dev --since 2999-01-01", 2, "must be in the past", "slipway logs --help"),
        ("scale dev 4 2", 2, "must be at least MIN (4), is 2", "slipway scale --help"),
        ("scale dev four 2", 2, "Invalid value for 'MIN'", "slipway scale --help"),
        ("history dev --limit 0", 2, "Invalid value for '--limit'", "slipway history --help"),
        ("doctor dev --token /nope", 2, "/nope cannot be read", "Name a file with a token, or - for stdin."),
        ("review here there", 2, "here: has no manifest.json", "must be a folder that cdk synth wrote"),
        ("exec dev", 2, "ECS Exec is off in dev", "Set exec = true in [environments.dev.task]"),
        ("sandbox drill", 2, "which drills are to run?", "Run slipway sandbox drill --list"),
        ("sandbox drill nope", 2, "there is no drill 'nope'", "Run slipway sandbox drill --list"),
        ("cost nope", 2, "environment 'nope' is not in slipway.toml", "it has dev, prod, sandbox"),
        ("github sandbox dev", 2, "'sandbox' cannot be combined", "with another environment"),
        ("notify", 2, "NEEDS is not GitHub's context", "See how .github/workflows/pipeline.yml calls this"),
        ("report audit /nope --project ..", 2, "/nope: has no reports", "must be a folder that make audit wrote"),
    ],
)
def test_whoever_types_something_wrong_is_told_what_and_what_to_do(
    typed: str, exit_code: int, says: str, advises: str, slipway: Slipway
) -> None:
    ended = slipway(*typed.split())
    told = " ".join(ended.stderr.replace("│", " ").split())
    assert says in told
    assert advises in told
    assert "Traceback" not in ended.stderr
    assert (ended.exit_code, ended.stdout) == (exit_code, "")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"AWS_PROFILE": "nope"}, "The config profile (nope) could not be found"),
        ({"AWS_ACCESS_KEY_ID": "x"}, "missing: AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_settings_of_the_shell_that_aws_does_not_take_are_named(
    variables: dict[str, str], says: str, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        shell.setenv(name, value)
    ended = slipway("status", "dev")
    assert says in ended.stderr
    assert ended.stderr.endswith("aws configure list prints them.\n")


def broken(*_: object) -> None:
    raise TypeError("something\nlong")


def test_a_mistake_of_our_own_is_a_line_that_says_so(slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.setattr(status, "read", broken)
    ended = slipway("status", "dev")
    mistake, fix = ended.stderr.splitlines()
    assert mistake.startswith("slipway: this is a mistake in slipway itself")
    assert "TypeError in test_errors.py, line " in mistake
    assert mistake.endswith(": something.")
    assert "slipway --debug" in fix
    assert (ended.exit_code, ended.stdout) == (1, "")


@pytest.mark.parametrize("typed", [("--debug", "status", "dev"), ("status", "dev")])
def test_who_asks_for_it_sees_where_an_error_came_from(
    typed: tuple[str, ...], slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("SLIPWAY_DEBUG", "1" if typed[0] == "status" else "")
    shell.setattr(status, "read", broken)
    assert "Traceback (most recent call last)" in slipway(*typed).stderr


def test_what_the_machine_refuses_is_no_mistake_of_ours(
    slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gone").mkdir()
    shell.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    ended = slipway("status", "dev")
    assert "slipway: this machine refuses something: No such file or directory." in ended.stderr
    assert "Look whether the folder is still there" in ended.stderr
    assert ended.exit_code == 1


def test_who_closes_the_pipe_gets_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [SCRIPT, "environments"],
        cwd=CONFIGURATION.parent,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert ended.stderr == ""


@pytest.mark.parametrize("columns", ["20", "40", "200"])
def test_an_error_is_whole_in_a_terminal_of_any_width(
    columns: str, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("COLUMNS", columns)
    ended = slipway("status")
    assert "ENVIRONMENT" in ended.stderr
    assert max(len(line) for line in ended.stderr.splitlines()) <= max(int(columns), 45)  # the usage is a line


def test_without_colours_there_are_none(slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("NO_COLOR", "1")
    ended = slipway("status")
    assert "\x1b" not in ended.stderr + slipway("status", "--help").stdout
