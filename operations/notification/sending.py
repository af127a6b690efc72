"""Sending JSON to a service of somebody else's, who may be away."""

import json
from collections.abc import Mapping
from http.client import HTTPException, InvalidURL
from time import sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

ATTEMPTS = 4
SECONDS = 10.0
"""That one attempt may take."""

LONGEST_PAUSE = 30.0
"""Seconds between two attempts, whatever the service asks for."""

TOO_MANY, SERVER_ERROR = 429, 500
NO_URL = "its URL is none, which has to begin with https://"

READ = 300
"""Characters of an answer that are told."""


class NotToldError(Exception):
    """It was not taken. The text is a clause without a full stop, and never has the URL, which may be a secret."""


class _NoRedirects(HTTPRedirectHandler):
    """A redirected POST would become a GET: nobody would be told, and it would look as if somebody was."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Go nowhere."""


def send(url: str, body: Mapping[str, Any]) -> None:
    """Send it; what may go by itself, such as an overload, is tried again a few times.

    Raises:
        NotToldError: it was not taken.
    """
    if not url.startswith(("https://", "http://")):
        raise NotToldError(NO_URL)
    data = json.dumps(body).encode()
    for attempt in range(1, ATTEMPTS + 1):
        problem, wait = _attempt(url, data)
        if not problem:
            return
        if wait is None:
            raise NotToldError(problem)
        if attempt == ATTEMPTS:
            raise NotToldError(f"{problem}, {ATTEMPTS} times")
        sleep(min(LONGEST_PAUSE, max(wait, 2.0 ** (attempt - 1))))


def _attempt(url: str, data: bytes) -> tuple[str, float | None]:
    """What went wrong, empty if nothing did; and the seconds after which it may go better, None if it will not."""
    headers = {"Content-Type": "application/json", "User-Agent": "slipway"}
    try:
        request = Request(url, data, headers)  # noqa: S310 - http and https only, by the caller
        with build_opener(_NoRedirects()).open(request, timeout=SECONDS):
            return "", None
    except HTTPError as error:
        return _answered(error)
    except (InvalidURL, ValueError):  # their texts would tell the URL
        return NO_URL, None
    except URLError as error:
        return f"it cannot be reached: {error.reason}", 0.0
    except (OSError, HTTPException) as error:
        return f"it cannot be reached: {str(error) or type(error).__name__}", 0.0


def _answered(error: HTTPError) -> tuple[str, float | None]:
    with error:
        said = " ".join(error.read(READ).decode(errors="replace").split())
    problem = f"it answered {error.code}" + (f": {said}" if said else "")
    again = error.code == TOO_MANY or error.code >= SERVER_ERROR
    return problem, _asked_for(error) if again else None


def _asked_for(error: HTTPError) -> float:
    """The seconds in `Retry-After`; a date, which is allowed there too, is not looked at."""
    try:
        return float(error.headers.get("Retry-After", "0"))
    except ValueError:
        return 0.0
