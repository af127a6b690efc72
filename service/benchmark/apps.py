"""What is measured: a route that does nothing, in an application without telemetry and in the service's own.

uvicorn calls these factories, with benchmark/__main__.py's variables.
"""

from fastapi import FastAPI


def bare() -> FastAPI:
    """FastAPI and nothing else."""
    return _with_nothing_to_do(FastAPI())


def service() -> FastAPI:
    """The service, with the telemetry that its variables ask for."""
    from app.main import create_app  # noqa: PLC0415 - configures the log, which the other one shall not have

    return _with_nothing_to_do(create_app())


def _with_nothing_to_do(app: FastAPI) -> FastAPI:
    @app.get("/nothing")
    async def nothing() -> dict[str, str]:
        return {"did": "nothing"}

    # The first one, so that finding it costs both applications the same.
    app.router.routes.insert(0, app.router.routes.pop())
    return app
