"""What the emulator does of its own accord: one thread with an event loop, however many tasks there are."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_WORKERS = 32
"""Threads for what blocks; a command in a container takes one as long as it runs."""

_log = logging.getLogger("slipway.emulator")
_loop = asyncio.new_event_loop()
_pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="slipway-worker")


def start() -> None:
    """Start the thread; it ends with the process."""
    _loop.set_default_executor(_pool)
    threading.Thread(target=_loop.run_forever, name="slipway-background", daemon=True).start()


def repeat(seconds: float, action: Callable[[], None]) -> None:
    """Call `action` again and again, so many seconds after it returned; what it raises is logged."""
    launch(_repeated(seconds, action))


def launch(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run the coroutine on the thread; what it raises is logged. May be called from any thread."""
    asyncio.run_coroutine_threadsafe(_logged(coroutine), _loop)


async def _repeated(seconds: float, action: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(action)
        except Exception:  # noqa: BLE001 - one bad look must not end all that follow
            _log.exception("%s failed", action.__qualname__)


async def _logged(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        await coroutine
    except Exception:  # noqa: BLE001 - whoever launched it no longer waits for it
        _log.exception("%r failed", coroutine)
