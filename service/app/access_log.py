"""What the access log leaves out."""

import logging


def leave_out_health_checks() -> None:
    """Keep answered health checks out of uvicorn's access log; those that fail stay in it.

    The load balancer and the container's health check ask every few seconds, and would bury the visitors' requests.
    Calling it again changes nothing.
    """
    logging.getLogger("uvicorn.access").addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    match record.args:
        case (_client, _method, str(path), _http_version, int(status)):
            return not (path.startswith("/health/") and status < 400)  # noqa: PLR2004 - HTTP's errors start at 400
        case _:
            return True
