"""How the verbs that take a while talk with somebody at a terminal."""

from typing import Any

import pytest

from operations.conversation import Conversation
from operations.deployment.record import Pause, Rollout, State
from operations.errors import OperationError
from operations.gateways.cloudwatch import Alarm
from operations.gateways.ecs import Service
from operations.rendering.rollout import facts, line
from operations.rollout.cancel import OnCancel
from operations.rollout.look import Look, SeenTask
from operations.rollout.talk import Answer
from tests.operations.rollouts import revision, rollout
from tests.operations.terminal import at_terminal

NEW, OLD = revision(7).task_definition, revision(6).task_definition


def look(*tasks: SeenTask, alarm: str = "OK") -> Look:
    service = Service("web", "ACTIVE", 2, 2, 0, NEW, ())
    return Look((), "UPDATE_IN_PROGRESS", service, tasks, (Alarm("Errors", alarm, ""),))


def under_way(**more: Any) -> Rollout:
    return rollout(State.IN_PROGRESS, failures=1, threshold=3, **more)


TASKS = (
    SeenTask("1", NEW, "RUNNING", "healthy"),
    SeenTask("2", NEW, "PENDING", ""),
    SeenTask("3", OLD, "RUNNING", "healthy"),
    SeenTask("4", OLD, "RUNNING", "draining", "Target.DeregistrationInProgress"),
)


def test_the_facts_tell_new_from_old_tasks_and_count_what_their_targets_say() -> None:
    assert facts(look(*TASKS), under_way()) == {
        "rollout": "IN_PROGRESS",
        "stack": "UPDATE_IN_PROGRESS",
        "new tasks": "1 of 2 running (1 healthy), 1 pending",
        "old tasks": "2 running (1 draining, 1 healthy)",
        "failures": "1 of 3",
        "alarms": "quiet",
    }


def test_an_alarm_that_fires_is_named() -> None:
    assert facts(look(alarm="ALARM"), under_way())["alarms"] == "Errors"


def test_a_rollout_that_waits_for_a_human_is_shown_as_such() -> None:
    assert facts(look(), under_way(pauses=(Pause("hook-1", None),)))["waits for you"] == "hook hook-1"


def test_before_the_rollout_begins_there_are_only_the_tasks() -> None:
    assert line(facts(look(*TASKS), None), 75) == (
        "1:15  rollout not begun; stack UPDATE_IN_PROGRESS; tasks 3 of 2 running (1 draining, 2 healthy), 1 pending"
    )


def test_at_a_terminal_the_facts_are_a_table() -> None:
    with at_terminal() as screen:
        with Conversation() as talk:
            talk.show(look(*TASKS), under_way(), 75)
            talk.note("[something] besides")
        shown = screen.getvalue()
    assert "1 of 2 running (1 healthy), 1 pending" in shown
    assert "1:15" in shown
    assert "[something] besides" in shown
    assert max(len(row) for row in shown.splitlines()) <= 80


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("r\n", Answer.ROLLBACK), ("leave\n", Answer.LEAVE), ("\n", Answer.CONTINUE), ("what?\n", Answer.CONTINUE)],
)
def test_at_a_terminal_who_ends_the_wait_is_asked(typed: str, answer: Answer) -> None:
    with at_terminal(typed) as screen:
        assert Conversation().interrupted() is answer
        assert "(r)oll back, (l)eave it to itself, or (c)ontinue to watch?" in screen.getvalue()


def test_what_was_said_beforehand_is_not_asked() -> None:
    with at_terminal():
        assert Conversation(OnCancel.LEAVE).interrupted() is Answer.LEAVE
        talk = Conversation(OnCancel.ROLLBACK)
        assert talk.interrupted() is Answer.ROLLBACK
        assert talk.interrupted() is Answer.LEAVE  # who does it twice does not want to wait for the rollback either


def test_at_a_terminal_consent_is_asked_for() -> None:
    with at_terminal("y\n"):
        Conversation().confirm("Go on?")
    with at_terminal("n\n"), pytest.raises(OperationError, match="nothing was changed") as refused:
        Conversation().confirm("Go on?")
    assert refused.value.exit_code == 6


def test_consent_that_was_given_beforehand_is_not_asked_for() -> None:
    with at_terminal() as screen:
        Conversation(consented=True).confirm("This stops it. Go on?")
        assert screen.getvalue() == "This stops it.\n"
