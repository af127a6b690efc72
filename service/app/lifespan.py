"""What happens between the process's start and its end, and how far it has come."""

import signal
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from types import FrameType

from fastapi import FastAPI

from app.telemetry import tracing
from app.telemetry.logs import STDOUT
from app.telemetry.middleware import UNMEASURED
from app.telemetry.routes import Routes


class Phase(StrEnum):
    """How far the process has come."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class Lifecycle:
    """The phase of one process. It starts in STARTING and never goes back; STOPPING is final."""

    def __init__(self) -> None:
        self._phase = Phase.STARTING

    @property
    def phase(self) -> Phase:
        """The phase at this moment."""
        return self._phase

    def start_up_finished(self) -> None:
        """Become ready, unless the process was told to stop while it was starting."""
        if self._phase is Phase.STARTING:
            self._phase = Phase.READY

    def shutdown_begun(self) -> None:
        """Stop being ready, for good."""
        self._phase = Phase.STOPPING


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Bring the app up, and down again once the last request has been answered.

    An exception before the `yield` ends the process: uvicorn accepts no connection before start-up has finished.
    """
    lifecycle: Lifecycle = app.state.lifecycle
    for method, route in Routes(app).declared():
        if route not in UNMEASURED:
            app.state.metrics.begin(method, route)
    with _shutdown_begins_at_sigterm(lifecycle):
        lifecycle.start_up_finished()
        yield
        lifecycle.shutdown_begun()
        await tracing.stop(app.state.tracer_provider)
        STDOUT.end()  # the signal that uvicorn raises again ends a process that is not the first one on the spot


@contextmanager
def _shutdown_begins_at_sigterm(lifecycle: Lifecycle) -> Generator[None]:
    # uvicorn leaves the lifespan only after the last request has been answered, up to --timeout-graceful-shutdown
    # after SIGTERM. Readiness must be gone at once, so the signal is noted on its way to uvicorn's own handler.
    server_handler = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(server_handler):
        # Handlers can be set in the main thread only, and without a server's handler SIGTERM ends the process anyway.
        yield
        return

    def note_and_pass_on(signal_number: int, frame: FrameType | None) -> None:
        lifecycle.shutdown_begun()
        server_handler(signal_number, frame)

    signal.signal(signal.SIGTERM, note_and_pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, server_handler)
