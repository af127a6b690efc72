"""The service with routes that do what a service should not, and some that are put together in odd ways."""

import logging
from collections.abc import AsyncGenerator
from pathlib import Path

from fastapi import APIRouter, BackgroundTasks, FastAPI
from fastapi.responses import Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from opentelemetry import trace

from app import main


def with_odd_routes(app: FastAPI) -> FastAPI:
    """Add them to an application, and return it."""
    app.include_router(_router(), prefix="/api")
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    mounted = FastAPI()
    mounted.add_api_route("/items/{item}", _item)
    app.mount("/mounted", mounted)
    return app


def _router() -> APIRouter:
    inner, outer = APIRouter(prefix="/orders"), APIRouter(prefix="/v1")
    inner.add_api_route("/{item}", _item)
    inner.add_api_route("/{item}/failure", _fail)
    inner.add_api_route("/{item}/half", _break_off)
    inner.add_api_route("/{item}/later", _work_later)
    inner.add_api_route("/{item}/step", _make_a_span)
    outer.include_router(inner)
    return outer


async def _item(item: str) -> dict[str, str]:
    logging.getLogger("orders").info("looked at an item")
    return {"item": item}


async def _make_a_span(item: str) -> dict[str, str]:
    with trace.get_tracer("orders").start_as_current_span("look up"):
        return await _item(item)


async def _fail(item: str) -> Response:
    raise RuntimeError(f"cannot do anything with {item}")


async def _break_off(item: str) -> Response:
    async def body() -> AsyncGenerator[str]:
        yield item
        raise RuntimeError("broken off")

    return StreamingResponse(body())


async def _work_later(item: str, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(_fail, item)
    return {"item": item}


app = with_odd_routes(main.app)
