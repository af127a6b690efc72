"""The service with a module that cannot be imported."""

from app.main import app

raise RuntimeError(f"DATABASE_URL of {app.title} is not set")
