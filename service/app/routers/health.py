"""Whether the process lives, and whether it wants traffic.

Neither asks anything the service depends on: a dependency's outage would otherwise take down every task at once.
"""

from typing import Literal

from fastapi import APIRouter, Depends, Response, status
from pydantic import BaseModel

from app.dependencies import CurrentLifecycle
from app.lifespan import Phase


async def _never_cached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(_never_cached)])


class Liveness(BaseModel):
    """The process is alive."""

    status: Literal["live"] = "live"


class Readiness(BaseModel):
    """How far the process has come; it wants traffic when it is "ready"."""

    status: Phase


@router.get("/live")
async def live() -> Liveness:
    """Answer 200 as long as the event loop turns. For the container's health check: a failure means a restart."""
    return Liveness()


@router.get(
    "/ready",
    responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Readiness, "description": "Starting or stopping"}},
)
async def ready(lifecycle: CurrentLifecycle, response: Response) -> Readiness:
    """Answer 200 between start-up and shutdown, else 503. For the load balancer: a failure means no traffic."""
    if lifecycle.phase is not Phase.READY:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(status=lifecycle.phase)
