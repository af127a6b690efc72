"""Traces: FastAPI makes the spans; OpenTelemetry samples, keeps and sends them."""

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from fastapi.telemetry import TelemetryConfig
from starlette.types import Scope

from app.settings import Settings
from app.telemetry.middleware import UNMEASURED

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

PATIENCE = 3.0
"""Seconds in which the last spans have to reach the collector. With uvicorn's 20 for the last requests that is below
ECS's stop timeout of 30."""

ROUNDS = 20
"""Of the loop, for requests that took too long and are cancelled when the shutdown begins: their spans end first."""

_logger = logging.getLogger(__name__)


def tracer_provider(settings: Settings) -> "TracerProvider | None":
    """What makes spans and sends them to the collector; None, and OpenTelemetry's SDK not loaded, without one."""
    if not settings.traces_endpoint:
        return None
    from app.telemetry.spans import provider  # noqa: PLC0415 - takes 50 ms, which nobody should wait for in vain

    return provider(settings)


def of_fastapi(provider: "TracerProvider | None") -> TelemetryConfig:
    """What FastAPI shall do with that provider: one span for each request, but no metrics and no logs of its own."""
    return {
        "tracer_provider": provider,
        "tracing": provider is not None,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _unmeasured,
    }


async def stop(provider: "TracerProvider | None") -> None:
    """Send the spans that still wait, and make no more; give up after PATIENCE, whatever the collector does."""
    if provider is None:
        return
    for _ in range(ROUNDS):
        await asyncio.sleep(0.005)  # a round at least, however busy the machine is
    # A daemon, so that a collector that never answers does not keep the process from ending either.
    sender = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
    sender.start()
    await asyncio.to_thread(sender.join, PATIENCE)
    if sender.is_alive():
        _logger.warning("The collector did not take the last spans within %s s", PATIENCE)


def _unmeasured(scope: Scope) -> bool:
    return scope["path"] in UNMEASURED
