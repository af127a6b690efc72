"""Programs for Node that answer the tests: to start one takes longer than a hundred answers."""

import atexit
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TextIO

TIMEOUT = 120  # seconds; ten thousand questions take a few


class ProgramError(Exception):
    """The program did not start, ended, or gave no answer within two minutes."""


class Program:
    """A program that is started with the first question and ends with the tests.

    It reads lines, each a JSON list of questions, and writes a line with the list of the answers for each.
    """

    def __init__(self, path: Path) -> None:
        self._errors: TextIO = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the program runs
        self._process = subprocess.Popen(
            # app.py chose a Node for aws_cdk, which may be the only one on this machine.
            [os.environ.get("JSII_NODE", "node"), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self._end)

    def answers(self, questions: Sequence[Any]) -> list[Any]:
        """The answers to the questions, in their order.

        Raises:
            ProgramError: there are none.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        limit = threading.Timer(TIMEOUT, self._process.kill)
        limit.start()
        try:
            stdin.write(json.dumps(questions) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            limit.cancel()
        if not line:
            raise ProgramError(self._end())
        answers: list[Any] = json.loads(line)
        return answers

    def _end(self) -> str:
        """Wait for its end, and return what it wrote to stderr."""
        if not self._errors.closed:
            self._process.communicate()
            self._errors.seek(0)
            with self._errors:
                return self._errors.read()
        return "it has ended before"


@cache
def program(path: Path) -> Program:
    """The program of that file, one in each process of the tests."""
    return Program(path)
