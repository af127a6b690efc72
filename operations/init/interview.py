"""Getting an answer to each question: given beforehand, known, or asked for."""

import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import typer

from configuration import ConfigurationError
from configuration.loading import FILE_NAME, parse
from operations.errors import ExitCode, OperationError
from operations.init.document import Answers, document
from operations.init.facts import Facts
from operations.init.questions import QUESTIONS, Question

WIDTH = 80
"""Columns of what is explained."""

NONE = "none"
"""What is typed where there is a default, and nothing is meant."""


@dataclass
class Interview:
    """Questions, and whoever answers them.

    Attributes:
        given: answers beforehand, by question.
        ask: puts a question and returns what was typed; None, nobody is there to be asked.
        say: tells what is wrong with an answer.
    """

    facts: Facts
    given: Answers
    ask: Callable[[str], str] | None
    say: Callable[[str], None]

    def answers(self) -> dict[str, str]:
        """An answer to every question; one that has none is empty.

        Raises:
            ConfigurationError: nobody is there to be asked, and an answer is missing or wrong; a line for each.
        """
        self._answers: dict[str, str] = {}
        self._sound: dict[str, str] = {}  # without those that are missing or wrong, of which others would seem so too
        self._wrong: list[str] = []
        for question in QUESTIONS:
            answer = self._answer(question)
            self._answers[question.key] = answer or ""
            if answer is not None:
                self._sound[question.key] = answer
        if self._wrong:
            raise ConfigurationError(*self._wrong)
        return self._sound

    def text(self) -> str:
        """What `slipway.toml` says after the answers.

        Raises:
            ConfigurationError: as of `answers`.
        """
        return document(self.answers())

    def _answer(self, question: Question) -> str | None:
        """None if it is missing or wrong, and told so."""
        given = self.given.get(question.key)
        if not question.arises(self._answers) and not (given and question.alone):
            if given:
                self._wrong.append(f"{question.option}: {question.needs}")
            return ""
        if given is not None:
            return self._beforehand(question, given)
        default = question.default(self.facts, self._answers)
        if self.ask and not question.known(self.facts, self._answers):
            return self._asked(question, default)
        return self._unasked(question, default)

    def _beforehand(self, question: Question, given: str) -> str | None:
        answer, problems = self._checked(question, "" if given == NONE and question.optional else given)
        if not problems:
            return answer
        lines = [f"{question.option}: {problem}" for problem in problems]
        if self.ask is None:
            self._wrong += lines
            return None
        self.say("\n".join(lines))
        return self._asked(question, question.default(self.facts, self._answers))

    def _unasked(self, question: Question, default: str) -> str | None:
        if not default:
            if question.needed:
                self._wrong.append(f"{question.option}: is needed: {question.asks}. {question.hint}".rstrip())
            # Without a default that is no answer, what it would follow from is missing.
            return "" if question.optional and not question.needed else None
        answer, problems = self._checked(question, default)
        self._wrong += [f"{question.option}: {problem}" for problem in problems]
        return None if problems else answer

    def _asked(self, question: Question, default: str) -> str:
        if not default and question.hint:
            self.say("\n" + textwrap.fill(question.hint, WIDTH, break_long_words=False, break_on_hyphens=False))
        shown = default or (NONE if question.optional else "")
        while True:
            typed = self._put(f"{question.asks}{f' [{shown}]' if shown else ''}: ")
            answer, problems = self._checked(question, default if typed == "" else typed)
            if not problems:
                return answer
            self.say("\n".join(problems))

    def _put(self, prompt: str) -> str:
        assert self.ask is not None  # noqa: S101 - who asks is there
        return self.ask(prompt).strip()

    def _checked(self, question: Question, answer: str) -> tuple[str, list[str]]:
        """The answer as it is taken, and what is wrong with it: what the models say of the file with it."""
        if answer == NONE and question.optional:
            answer = ""
        if not answer:
            return answer, [] if question.optional else ["An answer is needed."]
        try:
            answer = question.settled(self.facts, answer)
            parse(document({**self._sound, question.key: answer}))
        except ConfigurationError as error:
            problems = [problem.removeprefix(f"{FILE_NAME}: ") for problem in error.problems]
            own = [problem for problem in problems if question.key in problem.partition(":")[0]]
            return answer, own or problems  # others follow from it
        return answer, []


def at_terminal(prompt: str) -> str:
    """Ask there, on stderr.

    Raises:
        OperationError: whoever sits there has ended it.
    """
    typer.echo(prompt, err=True, nl=False)  # typer.prompt leaves a space on stdout
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        typed = ""
    if not typed.endswith("\n"):
        typer.echo(err=True)
        raise OperationError(
            "you ended it; nothing was written",
            fix="Run slipway init again; its options answer questions beforehand: slipway init --help.",
            exit_code=ExitCode.REFUSED,
        )
    return typed
