"""Signals while work is under way."""

import signal

import pytest

from sandbox.signals import ended_by_signals, undisturbed


@pytest.mark.parametrize(("number", "ending"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_ends_the_block_and_one_that_comes_while_tidying_up_does_so_after_it(
    number: signal.Signals, ending: type[BaseException]
) -> None:
    tidied = False
    with pytest.raises(ending), ended_by_signals():  # noqa: PT012 - where it is raised is what is tested
        with undisturbed():
            signal.raise_signal(number)
            tidied = True
        pytest.fail("nothing ended the block")
    assert tidied
