"""Asking before something is changed."""

import os
import signal
import sys

import pytest

from operations.consent import require
from operations.conversation import Conversation
from operations.errors import OperationError
from tests.operations.terminal import Terminal, at_terminal


class CtrlC(Terminal):
    def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed lets bases disagree
        os.kill(os.getpid(), signal.SIGINT)
        return ""


def test_only_the_terminal_is_talked_to(capsys: pytest.CaptureFixture[str]) -> None:
    with at_terminal("y\n") as screen:
        require("Go on?")
        assert screen.getvalue() == "Go on? [y/N]: "
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("typed", ["n\n", "\n", "", "yesterday\n"])
def test_anything_but_yes_refuses(typed: str) -> None:
    with at_terminal(typed), pytest.raises(OperationError, match="nothing was changed") as refused:
        require("Go on?")
    assert refused.value.exit_code == 6


def test_where_nobody_can_be_asked_the_question_is_told_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OperationError, match="no terminal") as refused:
        require("Go on?")
    assert refused.value.exit_code == 2
    assert capsys.readouterr().err == "Go on?\n"


def test_ctrl_c_ends_the_question_also_while_a_rollout_would_notice_it() -> None:
    with at_terminal(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", CtrlC())
        with Conversation() as talk, pytest.raises(KeyboardInterrupt):
            talk.confirm("Go on?")
