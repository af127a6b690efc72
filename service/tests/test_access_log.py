import logging
from collections.abc import Iterator

import pytest

from app.access_log import leave_out_health_checks


@pytest.fixture
def access_log() -> Iterator[logging.Logger]:
    """The access logger of uvicorn, as it is before the service has started."""
    logger = logging.getLogger("uvicorn.access")
    filters, logger.filters = logger.filters, []
    yield logger
    logger.filters = filters


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/health/live", 200, False),
        ("/health/ready?from=alb", 200, False),
        ("/health/ready", 503, True),
        ("/health/unknown", 404, True),
        ("/", 200, True),
        ("/healthy", 200, True),
    ],
)
def test_only_answered_health_checks_are_left_out(
    access_log: logging.Logger, caplog: pytest.LogCaptureFixture, path: str, status: int, *, kept: bool
) -> None:
    leave_out_health_checks()

    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        access_log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", status)

    assert bool(caplog.messages) is kept


def test_a_line_of_another_shape_stays(access_log: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    leave_out_health_checks()

    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        access_log.info("/health/live")

    assert caplog.messages == ["/health/live"]


def test_leaving_out_twice_changes_nothing(access_log: logging.Logger) -> None:
    leave_out_health_checks()
    leave_out_health_checks()

    assert len(access_log.filters) == 1
