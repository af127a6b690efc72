"""The service with one more route, whose requests stay in flight for as long as the client wants."""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import StreamingResponse

from app.main import app


@app.post("/until-the-body-ends")
async def until_the_body_ends(request: Request) -> StreamingResponse:
    """Answer "started" at once, and the phase of the process when the request's body has ended."""

    async def answer() -> AsyncIterator[str]:
        yield "started\n"
        async for _chunk in request.stream():
            pass
        yield app.state.lifecycle.phase + "\n"

    return StreamingResponse(answer())
