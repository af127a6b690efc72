"""Programs on PATH that keep what they were started with."""

import json
import sys
from pathlib import Path

import pytest

PROGRAM = """#!{python}
import json, os, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps([words, os.environ.get("AWS_SSM_START_SESSION_RESPONSE")]) + "\\n")
for beginning, (said, code) in {answers!r}.items():
    if words[0] == beginning:
        print(said)
        sys.exit(code)
sys.exit({code})
"""


class Programs:
    """Programs on PATH, which are the only ones there; they keep what they were started with."""

    def __init__(self, folder: Path, shell: pytest.MonkeyPatch) -> None:
        self._folder, self._log = folder, folder / "log"
        shell.setenv("PATH", str(folder))

    def install(self, name: str, code: int = 0, **answers: tuple[str, int]) -> None:
        """A program that ends with that code; with another one, and some words, where an answer's name comes first."""
        answered = {key.replace("_", "-"): answer for key, answer in answers.items()}
        program = PROGRAM.format(python=sys.executable, log=str(self._log), answers=answered, code=code)
        (self._folder / name).write_text(program)
        (self._folder / name).chmod(0o755)

    def remove(self, name: str) -> None:
        (self._folder / name).unlink()

    @property
    def started(self) -> list[tuple[list[str], str | None]]:
        """The words of each start, and what the variable of the plugin was."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [(words, variable) for words, variable in map(json.loads, lines)]
