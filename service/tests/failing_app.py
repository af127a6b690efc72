"""The service with a start-up that fails."""

from contextlib import nullcontext

from app.main import app


class _Failing(nullcontext[None]):
    async def __aenter__(self) -> None:
        raise RuntimeError("cannot reach the database")


app.router.lifespan_context = lambda _app: _Failing()
