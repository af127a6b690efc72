"""The load of a test says when it was none."""

import pytest

from tests.observability.load import Load
from tests.observability.servers import free_port, started_receiver, wait_for


def test_requests_that_nobody_answers_are_counted_go_on_and_fail_the_test() -> None:
    with pytest.raises(ConnectionError, match=r"requests had no answer, .*refused"), Load(free_port()) as load:
        wait_for(lambda: len(load.errors) > 1)


def test_requests_that_are_answered_fail_nothing() -> None:
    with started_receiver() as receiver, Load(int(receiver.server_address[1])) as load:
        load.path = "/posts"
    assert load.errors == []
