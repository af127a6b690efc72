"""The service with one more route, which always fails. For tests of what watches it."""

from app.main import app


@app.get("/fault")
async def fault() -> None:
    """Fail as a defect would: with an exception that nobody expected."""
    message = "this route always fails"
    raise RuntimeError(message)
