"""What CloudWatch Logs has of the containers' output."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.aws import Aws

MAX_PAGES = 20
"""Of one stream that are read until its end; a page is up to 1 MiB or 10,000 lines (FilterLogEvents)."""


@dataclass(frozen=True)
class LogLine:
    """A line of output and when it was written."""

    at: datetime
    text: str


class Logs:
    """CloudWatch Logs in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("logs", endpoint_url=aws.endpoint, config=aws.config)

    def last(self, group: str, stream: str, count: int, *, since: datetime | None = None) -> list[LogLine]:
        """The last lines of that stream, the oldest first; none if there is no such stream.

        Asked by FilterLogEvents, the one action on logs that the roles of this app are granted.

        Args:
            since: where to begin to read; omitted, at the beginning of the stream.
        """
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group, logStreamNames=[stream], startTime=int(since.timestamp() * 1000) if since else 0
        )
        lines: deque[LogLine] = deque(maxlen=count)
        try:
            for _, page in zip(range(MAX_PAGES), pages, strict=False):
                lines.extend(
                    LogLine(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"].rstrip())
                    for event in page["events"]
                )
        except self._client.exceptions.ResourceNotFoundException:
            return []
        return list(lines)
