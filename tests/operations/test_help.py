"""What `slipway --help` and `slipway VERB --help` say, of every verb."""

import shlex
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from operations.command import VERBS as PANELS
from operations.command import command
from operations.help import BEGIN, CHANGES, DELIVER, EXAMPLES, LOOK, WORKFLOWS
from tests.conftest import PROJECT
from tests.operations.conftest import Slipway

WITHOUT_JSON = {
    ("exec",): "what it prints is the command's",
    ("sandbox", "down"): "it prints nothing",
    ("sandbox", "environment"): "a shell reads what it prints",
}


def verbs(group: Any, *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, verb in group.commands.items():
        words = (*before, name)
        yield from verbs(verb, *words) if hasattr(verb, "commands") else [(words, verb)]


def verb_called(name: str) -> tuple[str, ...]:
    """The words of that verb; of two, the shorter ones."""
    return min((words for words in VERBS if words[-1] == name), key=len)


VERBS = dict(verbs(typer.main.get_command(command)))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_the_help_of_a_verb_fits_80_columns_and_begins_with_what_it_does(
    words: tuple[str, ...], slipway: Slipway
) -> None:
    ended = slipway(*words, "--help")
    usage, summary = [line.strip() for line in ended.stdout.splitlines() if line.strip()][:2]
    assert f"slipway {' '.join(words)} " in usage
    assert summary[0].isupper()
    assert max(len(line) for line in ended.stdout.splitlines()) <= 80
    assert (ended.exit_code, ended.stderr) == (0, "")


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_argument_and_option_is_explained(words: tuple[str, ...]) -> None:
    assert [each.name for each in VERBS[words].params if not each.help] == []


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_verb_prints_json_unless_there_is_a_reason(words: tuple[str, ...]) -> None:
    has = any("--json" in each.opts for each in VERBS[words].params)
    assert has is (words not in WITHOUT_JSON)


def test_the_help_names_every_verb(slipway: Slipway) -> None:
    ended = slipway("--help")
    assert {words[0] for words in VERBS} <= {line.split()[1] for line in ended.stdout.splitlines() if line[:2] == "│ "}
    assert max(len(line) for line in ended.stdout.splitlines()) <= 80


@pytest.mark.parametrize("example", [each for examples in EXAMPLES.values() for each in examples])
def test_every_example_can_be_typed(example: str) -> None:
    _, *words = shlex.split(example)
    name = next(tuple(words[:count]) for count in (2, 1) if tuple(words[:count]) in VERBS)
    verb, rest = VERBS[name], words[len(name) :]
    verb.make_context(" ".join(name), rest)  # which refuses what it does not know


def test_every_verb_that_people_type_has_examples() -> None:
    typed = {name for panel, group in PANELS.items() if panel != WORKFLOWS for name in group}
    assert typed - set(EXAMPLES) == set()


def test_every_verb_with_examples_shows_them(slipway: Slipway) -> None:
    for name, examples in EXAMPLES.items():
        words = verb_called(name)
        shown = {line.strip() for line in slipway(*words, "--help").stdout.splitlines()}
        assert set(examples) <= shown


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_flag_shows_no_type_for_it_takes_no_value(words: tuple[str, ...], slipway: Slipway) -> None:
    assert "bool" not in slipway(*words, "--help").stdout


def test_examples_are_indented_below_their_title(slipway: Slipway) -> None:
    for name, examples in EXAMPLES.items():
        words = verb_called(name)
        lines = [line.rstrip() for line in slipway(*words, "--help").stdout.splitlines()]
        begin = lines.index(" Examples:") + 1
        assert lines[begin : begin + len(examples)] == [f"   {example}" for example in examples]


@pytest.mark.parametrize("words", [(), ("status",), ("sandbox",), ("sandbox", "up")], ids=" ".join)
def test_the_short_word_for_help_does_the_same(words: tuple[str, ...], slipway: Slipway) -> None:
    assert slipway(*words, "-h").stdout == slipway(*words, "--help").stdout != ""


def test_the_version_is_that_of_the_project(slipway: Slipway) -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    ended = slipway("--version")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, f"slipway {declared}\n", "")


def test_the_verbs_are_grouped(slipway: Slipway) -> None:
    printed = slipway("--help").stdout
    assert [panel for panel in (BEGIN, DELIVER, LOOK, CHANGES, WORKFLOWS) if f"─ {panel} ─" not in printed] == []
    assert "─ Commands ─" not in printed
