"""The application: `create_app` builds one, and `app` is the one that uvicorn serves."""

import sys

from fastapi import FastAPI

from app import __version__
from app.lifespan import Lifecycle, lifespan
from app.routers import health, root
from app.settings import InvalidSettingsError, Settings, read_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build an application with a lifecycle of its own.

    Args:
        settings: What to run with. Read from the environment when omitted.

    Raises:
        InvalidSettingsError: The environment holds a value that is not allowed.
    """
    settings = settings or read_settings()
    app = FastAPI(title=settings.service_name, version=__version__, lifespan=lifespan)
    app.state.settings = settings
    app.state.lifecycle = Lifecycle()
    app.include_router(root.router)
    app.include_router(health.router)
    return app


try:
    app = create_app()
except InvalidSettingsError as error:
    sys.exit(f"The service cannot start: {error}.")
