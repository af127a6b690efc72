"""What the routes ask FastAPI for. Coroutines, because FastAPI sends plain functions through a thread pool."""

from typing import Annotated

from fastapi import Depends, Request

from app.lifespan import Lifecycle
from app.settings import Settings
from app.telemetry.metrics import Metrics


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _lifecycle(request: Request) -> Lifecycle:
    lifecycle: Lifecycle = request.app.state.lifecycle
    return lifecycle


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


CurrentSettings = Annotated[Settings, Depends(_settings)]
CurrentLifecycle = Annotated[Lifecycle, Depends(_lifecycle)]
CurrentMetrics = Annotated[Metrics, Depends(_metrics)]
