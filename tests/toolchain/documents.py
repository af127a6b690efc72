"""What can be tested of the documents: their blocks of code, the commands in them, their links and headings."""

import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import PROJECT

SHELL = {"console", "sh", "bash", "shell"}
PROGRAM = r"(?<![\w/.-])(?:\.venv/bin/)?{}(?= |$)([^|;&)\n]*)"
"""A program and its words, wherever a command may stand in a line."""


def documents() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=PROJECT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (PROJECT / name).exists()]


@dataclass(frozen=True)
class Block:
    """A fenced block of code, and where it stands."""

    place: str
    language: str
    text: str

    @property
    def script(self) -> str:
        """What is typed; of a console's block the lines after a `$`."""
        if self.language != "console":
            return self.text
        return "\n".join(re.findall(r"(?m)^\$ ((?:.*\\\n)*.*)", self.text))


@cache
def parsed(text: str) -> Sequence[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def blocks(text: str, name: str) -> Iterator[Block]:
    for token in parsed(text):
        if token.type == "fence":
            yield Block(f"{name}:{token.map[0] + 1 if token.map else 0}", token.info.strip(), token.content)


def inline(text: str) -> Iterator[Token]:
    for token in parsed(text):
        yield from token.children or []


def spans(text: str) -> list[str]:
    """What stands between backticks in the prose."""
    return [" ".join(token.content.split()) for token in inline(text) if token.type == "code_inline"]


def links(text: str) -> list[str]:
    """Where links and pictures lead to, but for addresses of the web."""
    targets = [str(token.attrs.get("href", token.attrs.get("src", ""))) for token in inline(text) if token.attrs]
    return [target for target in targets if target and not re.match(r"\w+:", target)]


def anchors(text: str) -> set[str]:
    """The headings as GitHub links to them: a title that comes again has a number."""
    tokens, seen, found = parsed(text), Counter[str](), set()
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            title = "".join(each.content for each in following.children or [])
            slug = re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return found


def broken_links(path: Path) -> list[str]:
    """Those that lead to no file, or to no heading of it."""
    broken = []
    for target in links(path.read_text()):
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text())):
            broken.append(target)
    return broken


def commands(script: str, program: str) -> list[list[str]]:
    """The words after each call of that program in a script."""
    script = re.sub(r"\\\n", " ", script)
    return [shlex.split(words, comments=True) for words in re.findall(PROGRAM.format(program), script)]
