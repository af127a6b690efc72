"""Reads the Dockerfile, so that the tests run what the image runs."""

import json
import re
from pathlib import Path

SERVICE = Path(__file__).parent.parent


def final_stage() -> dict[str, list[str]]:
    """The arguments of the instructions in the Dockerfile's last stage, in order, by instruction."""
    text = re.sub(r"^#.*\n", "", (SERVICE / "Dockerfile").read_text(), flags=re.MULTILINE)
    stage: dict[str, list[str]] = {}
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        instruction, _, argument = line.partition(" ")
        if instruction == "FROM":
            stage = {}
        stage.setdefault(instruction, []).append(argument)
    return stage


def command() -> list[str]:
    """The words of CMD. Fails unless CMD is in its exec form."""
    return _exec_form(final_stage()["CMD"][-1])


def health_check() -> list[str]:
    """The words of HEALTHCHECK's command. Fails unless it is in its exec form."""
    return _exec_form(final_stage()["HEALTHCHECK"][-1].partition("CMD ")[2])


def option(name: str) -> str:
    """The value that CMD gives to an option of uvicorn."""
    words = command()
    return words[words.index(name) + 1]


def _exec_form(argument: str) -> list[str]:
    words: list[str] = json.loads(argument)
    return words
