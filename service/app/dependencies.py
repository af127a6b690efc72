"""What the routes ask FastAPI for. Coroutines, because FastAPI sends plain functions through a thread pool."""

from typing import Annotated

from fastapi import Depends, Request

from app.lifespan import Lifecycle
from app.settings import Settings


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _lifecycle(request: Request) -> Lifecycle:
    lifecycle: Lifecycle = request.app.state.lifecycle
    return lifecycle


CurrentSettings = Annotated[Settings, Depends(_settings)]
CurrentLifecycle = Annotated[Lifecycle, Depends(_lifecycle)]
