"""The service with routes that do what a service should not, and some that are put together in odd ways."""

import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, BackgroundTasks, FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from opentelemetry import trace
from starlette.types import Receive, Scope, Send

from app import main


def with_odd_routes(app: FastAPI) -> FastAPI:
    """Add them to an application, and return it."""
    app.include_router(_router(), prefix="/api")
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    mounted = FastAPI()
    mounted.add_api_route("/items/{item}", _item)
    within = FastAPI()
    within.add_api_route("/items/{item}", _item)
    mounted.mount("/within", within)
    app.mount("/mounted", mounted)
    app.mount("/unhashable", Unhashable("nothing"))
    return app


@dataclass
class Unhashable:
    """An application without a hash: Python gives none to what can be compared and changed."""

    answer: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await Response(self.answer)(scope, receive, send)


def _router() -> APIRouter:
    inner, outer = APIRouter(prefix="/orders"), APIRouter(prefix="/v1")
    inner.add_api_route("/{item}", _item)
    inner.add_api_route("/{item}/failure", _fail)
    inner.add_api_route("/{item}/half", _break_off)
    inner.add_api_route("/{item}/later", _work_later)
    inner.add_api_route("/{item}/step", _make_a_span)
    inner.add_api_route("/{item}/body", _read_it_whole, methods=["POST"])
    inner.add_api_route("/{item}/parts", _read_it_in_parts, methods=["POST"])
    outer.include_router(inner)
    return outer


async def _item(item: str) -> dict[str, str]:
    logging.getLogger("orders").info("looked at an item")
    return {"item": item}


async def _make_a_span(item: str) -> dict[str, str]:
    with trace.get_tracer("orders").start_as_current_span("look up"):
        return await _item(item)


async def _read_it_whole(item: str, request: Request) -> dict[str, str]:
    await request.body()
    return {"item": item}


async def _read_it_in_parts(request: Request) -> Response:
    async def body() -> AsyncGenerator[bytes]:
        async for part in request.stream():
            yield part

    return StreamingResponse(body())


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
