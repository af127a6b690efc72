"""The application: `create_app` builds one, and `app` is the one that uvicorn serves."""

from app.telemetry import entry  # noqa: F401  # pyright: ignore[reportUnusedImport]  # so that other imports fail in JSON

# isort: split
import logging
import sys

from fastapi import FastAPI

from app import __version__
from app.lifespan import Lifecycle, lifespan
from app.routers import health, metrics, root
from app.settings import InvalidSettingsError, Settings, read_settings
from app.telemetry import tracing
from app.telemetry.logs import STDOUT
from app.telemetry.metrics import Metrics
from app.telemetry.middleware import RequestTelemetry
from app.telemetry.routes import Routes

_logger = logging.getLogger("app")


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build an application with a lifecycle, metrics and traces of its own.

    Args:
        settings: What to run with. Read from the environment when omitted.

    Raises:
        InvalidSettingsError: The environment holds a value that is not allowed.
    """
    settings = settings or read_settings()
    provider = tracing.tracer_provider(settings)
    app = FastAPI(
        title=settings.service_name, version=__version__, lifespan=lifespan, telemetry=tracing.of_fastapi(provider)
    )
    app.state.settings = settings
    app.state.lifecycle = Lifecycle()
    app.state.tracer_provider = provider
    app.state.metrics = Metrics(
        service=settings.service_name,
        version=settings.image_tag,
        environment=settings.environment,
        dropped_lines=lambda: STDOUT.dropped,
    )
    app.add_middleware(
        RequestTelemetry,
        routes=Routes(app),
        metrics=app.state.metrics,
        output=STDOUT,
        traced=provider is not None,
    )
    for router in (root.router, health.router, metrics.router):
        app.include_router(router)
    return app


try:
    app = create_app()
except InvalidSettingsError as error:
    _logger.critical("The service cannot start: %s.", error)
    sys.exit(1)
