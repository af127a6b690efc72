"""What CloudWatch Logs has of the containers' output."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

MAX_PAGES = 20
"""Of one stream that are read until its end; a page is up to 1 MiB or 10,000 lines (FilterLogEvents)."""


SEARCHED_BY_AWS = re.compile(r"[A-Za-z0-9:_#=@/;,-]+")
"""What stands for itself in a regular expression of a filter pattern ("Supported regular expressions (regex) syntax",
Amazon CloudWatch Logs user guide)."""


class LogGroupMissingError(Exception):
    """There is no such log group."""


@dataclass(frozen=True)
class LogEvent:
    """What a container wrote at once, mostly a line.

    Attributes:
        id: unique.
        timestamp: when it was written; milliseconds since 1970 in UTC.
    """

    id: str
    timestamp: int
    stream: str
    text: str


@dataclass(frozen=True)
class LogLine:
    """A line of output and when it was written."""

    at: datetime
    text: str


class Logs:
    """CloudWatch Logs in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._sandboxed = aws.sandboxed
        self._client: CloudWatchLogsClient = aws.client("logs")

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

    def events(self, group: str, *, stream_prefix: str, since: int, text: str = "") -> Iterator[LogEvent]:
        """What was written to the streams whose names begin like this, in the order of time; read page by page.

        Args:
            since: milliseconds since 1970 in UTC.
            text: only what contains it, upper and lower case told apart.

        Raises:
            LogGroupMissingError: there is no such log group.
        """
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group, logStreamNamePrefix=stream_prefix, startTime=since, filterPattern=self._pattern(text)
        )
        try:
            for page in pages:
                for event in page["events"]:
                    # The emulator ignores the prefix, and the pattern is no more than a part of the text.
                    if event["logStreamName"].startswith(stream_prefix) and text in event["message"]:
                        yield LogEvent(event["eventId"], event["timestamp"], event["logStreamName"], event["message"])
        except self._client.exceptions.ResourceNotFoundException as error:
            raise LogGroupMissingError(group) from error

    def _pattern(self, text: str) -> str:
        """Let AWS leave out most of what does not contain the text; empty lets everything pass.

        A plain term of a pattern does not match within a word, and a regular expression takes few characters: it is
        made of the longest part of the text that it takes. The emulator knows no regular expressions.
        """
        parts = [] if self._sandboxed else SEARCHED_BY_AWS.findall(text)
        return f"%{max(parts, key=len)}%" if parts else ""
