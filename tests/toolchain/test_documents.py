"""What the documents tell people to type is there, what they show can be read, and their links lead somewhere."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import typer
import yaml

from configuration import Configuration
from operations.command import command
from tests.conftest import CONFIGURATION, PROJECT
from tests.toolchain.documents import SHELL, Block, anchors, blocks, broken_links, commands, documents, spans

TEXTS = {name: (PROJECT / name).read_text() for name in documents()}
BLOCKS = [block for name, text in TEXTS.items() for block in blocks(text, name)]
SPANS = sorted({span for text in TEXTS.values() for span in spans(text)})
UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])
"""What Typer raises for every word that a verb does not take."""

NO_SETTINGS = {
    'from = "constructs"',  # of pyproject.toml
}
READ = {*SHELL, "", "json", "mermaid", "python", "text", "toml", "yaml"}
"""The languages that something here, or tests/architecture, reads; without one, a block is output."""


def block_id(block: Block) -> str:
    return block.place


def targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z][a-z-]*):", (PROJECT / "Makefile").read_text()))


@cache
def whole_command() -> Any:
    """`slipway`, as Typer makes it of all verbs."""
    return typer.main.get_command(command)


def verb_of(words: list[str]) -> tuple[Any, list[str]]:
    """The verb that these words call, and what they give it."""
    verb = whole_command()
    words = list(words)
    while hasattr(verb, "commands") and words and words[0] in verb.commands:
        verb = verb.commands[words.pop(0)]
    return verb, words


def unknown(words: list[str]) -> Iterator[str]:
    """What a mention of `slipway` names that is not there; arguments may be missing, or stand for some."""
    verb, given = verb_of(words)
    if hasattr(verb, "commands") and given and not given[0].startswith("-"):
        yield given[0]
    options = {name for each in verb.params for name in [*each.opts, *each.secondary_opts]} | {"--help"}
    given = given[: given.index("--")] if "--" in given else given
    yield from (word for word in given if word.startswith("--") and word.partition("=")[0] not in options)


def refusal(words: list[str]) -> str:
    """Why the command line would refuse these words; empty if it would not."""
    verb, given = verb_of(words)
    try:
        verb.make_context("slipway", given).close()
    except typer.Exit:  # asked for help
        return ""
    except UsageError as error:
        return str(error)
    return "" if not hasattr(verb, "commands") else "names no verb"


def complaint(block: Block) -> str:
    """What is wrong with a block; empty if nothing is."""
    try:
        match block.language:
            case "json":
                json.loads(block.text)
            case "yaml":
                list(yaml.safe_load_all(block.text))
            case "toml":
                Configuration.model_validate(
                    merged(tomllib.loads(CONFIGURATION.read_text()), tomllib.loads(block.text))
                )
            case "python":
                subprocess.run([sys.executable, "-c", block.text], cwd=PROJECT, check=True, capture_output=True)
            case language if language in SHELL:
                checked = subprocess.run(
                    ["bash", "-n"], input=block.script, capture_output=True, text=True, check=False
                )
                return checked.stderr + "".join(
                    f"slipway {' '.join(words)}: {why}\n"
                    for words in commands(block.script, "slipway")
                    if (why := refusal(words))
                )
    except (ValueError, yaml.YAMLError, subprocess.CalledProcessError) as error:
        return str(error)
    return ""


def merged(base: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of slipway.toml in the place that it has in a whole one."""
    both = {
        name: merged(base[name], value)
        for name, value in part.items()
        if isinstance(value, dict) and isinstance(base.get(name), dict)
    }
    return {**base, **part, **both}


def missing_targets(scripts: list[str]) -> list[str]:
    """What make is asked for and has not."""
    called = [word for script in scripts for words in commands(script, "make") for word in words]
    return sorted({word for word in called if re.fullmatch(r"[a-z][\w-]*", word)} - targets())


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    assert broken_links(PROJECT / name) == []


@pytest.mark.parametrize("block", BLOCKS, ids=block_id)
def test_a_block_is_what_its_language_says_and_can_be_typed(block: Block) -> None:
    assert block.language in READ
    assert complaint(block) == ""


def test_every_target_of_make_that_is_mentioned_is_there() -> None:
    assert len(targets()) > 20
    scripts = [block.script for block in BLOCKS if block.language in SHELL]
    mentioned = [span for span in SPANS if re.match(r"(?:[A-Z_]+=\S+ )*make ", span)]
    assert len(mentioned) > 10
    assert missing_targets([*scripts, *mentioned]) == []


@pytest.mark.parametrize("span", [span for span in SPANS if re.match(r"(\.venv/bin/)?slipway ", span)])
def test_every_verb_and_option_that_is_mentioned_is_there(span: str) -> None:
    assert [missing for words in commands(span, "slipway") for missing in unknown(words)] == []


@pytest.mark.parametrize(
    "span", [span for span in SPANS if re.match(r"[a-z_]+(\.[a-z_]+)* = ", span) and span not in NO_SETTINGS]
)
def test_every_setting_that_is_shown_is_one(span: str) -> None:
    schema = Configuration.model_json_schema()
    known = {name for each in [schema, *schema["$defs"].values()] for name in each.get("properties", {})}
    assert set(span.partition(" = ")[0].split(".")) <= known


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("console", "$ slipway launch dev\nlaunched\n"),
        ("console", '$ eval "$(slipway sandbox surroundings)"\n'),
        ("sh", "slipway release dev\n"),
        ("sh", "docker ps && slipway status dev --yaml\n"),
        ("sh", "if true; then echo\n"),
        ("json", "{'a': 1}"),
        ("yaml", "a: [1"),
        ("toml", "[sandbox]\nports = 4566\n"),
        ("python", "import no_such_module"),
    ],
)
def test_a_mistake_in_a_block_is_found(language: str, text: str) -> None:
    (block,) = blocks(f"```{language}\n{text}\n```\n", "a.md")
    assert complaint(block) != ""


def test_what_is_right_is_not_complained_of() -> None:
    text = (
        "```toml\n[sandbox]\nport = 4567\n```\n\n1. First:\n\n   ```console\n   $ slipway status dev | jq .\n   ```\n"
    )
    assert [complaint(block) for block in blocks(text, "a.md")] == ["", ""]


def test_a_mention_of_what_there_is_not_is_found() -> None:
    assert list(unknown(["launch", "dev"])) == ["launch"]
    assert list(unknown(["status", "ENVIRONMENT", "--yaml", "--json"])) == ["--yaml"]
    assert list(unknown(["exec", "dev", "--", "ls", "--all"])) == []
    assert missing_targets(["CLOCK=1 make up && make launch"]) == ["launch"]


def test_a_link_into_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# A `title`, and more\n\n## Again\n\n## Again\n")
    (tmp_path / "a.md").write_text(
        "[a](b.md) [b](b.md#a-title-and-more) [c](b.md#again-1) [d](https://example.com/no) [e](#here)\n\n# Here\n\n"
        "| |\n|---|\n| [f](c.md) |\n\n[g](b.md#again-2) ![h](h.png)\n"
    )
    assert broken_links(tmp_path / "a.md") == ["c.md", "b.md#again-2", "h.png"]
    assert anchors("# A\n") == {"a"}
