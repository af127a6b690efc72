import asyncio
import signal
from collections.abc import Iterator
from types import FrameType

import pytest
from fastapi import FastAPI

from app.lifespan import Lifecycle, Phase, lifespan

Received = list[int]


@pytest.fixture
def server_received() -> Iterator[Received]:
    """The signals that arrived at the handler that the server had set before the application started."""
    received: Received = []

    def server_handler(signal_number: int, _frame: FrameType | None) -> None:
        received.append(signal_number)

    before = signal.signal(signal.SIGTERM, server_handler)
    yield received
    signal.signal(signal.SIGTERM, before)


def lifecycle_of(app: FastAPI) -> Lifecycle:
    lifecycle: Lifecycle = app.state.lifecycle
    return lifecycle


def test_sigterm_ends_readiness_at_once_and_reaches_the_server(app: FastAPI, server_received: Received) -> None:
    async def run() -> Phase:
        async with lifespan(app):
            signal.raise_signal(signal.SIGTERM)
            return lifecycle_of(app).phase

    assert asyncio.run(run()) is Phase.STOPPING
    assert server_received == [signal.SIGTERM]


def test_the_server_s_handler_is_back_after_shutdown(app: FastAPI, server_received: Received) -> None:
    async def run() -> None:
        async with lifespan(app):
            pass

    handler_before = signal.getsignal(signal.SIGTERM)
    asyncio.run(run())
    assert signal.getsignal(signal.SIGTERM) is handler_before
    assert server_received == []


def test_without_a_server_s_handler_sigterm_keeps_its_effect(app: FastAPI) -> None:
    async def run() -> object:
        async with lifespan(app):
            return signal.getsignal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert asyncio.run(run()) is signal.SIG_DFL


def test_a_process_told_to_stop_while_starting_never_becomes_ready() -> None:
    lifecycle = Lifecycle()
    lifecycle.shutdown_begun()
    lifecycle.start_up_finished()

    assert lifecycle.phase is Phase.STOPPING
