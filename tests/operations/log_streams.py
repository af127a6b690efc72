"""A log group that grows while somebody reads, as `slipway logs` asks for it."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.operations.answering import RefusalError

PAGE = 2
"""Events of a page: few, so that every test turns pages."""


@dataclass
class LogStreams:
    """Answers FilterLogEvents by what was written, as its API reference says.

    Attributes:
        asked: the parameters of each first page.
        began: the moment that tests count milliseconds from; a reader gives up what is minutes older than its clock.
        busy: whether AWS refuses because it was asked too often.
    """

    asked: list[dict[str, Any]] = field(default_factory=list)
    began: int = field(default_factory=lambda: int(time.time() * 1000))
    busy: bool = False
    _events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def write(self, group: str, stream: str, timestamp: int, message: str) -> None:
        """Let that line have arrived."""
        identity = str(len(self._events))
        event = {"logStreamName": stream, "timestamp": timestamp, "message": message, "eventId": identity}
        self._events.append((group, event))

    def forget(self) -> None:
        """Nothing has been written."""
        self._events.clear()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A page of what was written."""
        if self.busy:
            raise RefusalError("ThrottlingException", "Rate exceeded")
        begin = int(asked.get("nextToken", 0))
        if not begin:
            self.asked.append(asked)
        found = [event for group, event in self._events if group == asked["logGroupName"] and _passes(event, asked)]
        found.sort(key=lambda event: event["timestamp"])
        end = begin + PAGE
        return {"events": found[begin:end], **({"nextToken": str(end)} if found[end:] else {})}


def _passes(event: dict[str, Any], asked: dict[str, Any]) -> bool:
    return (
        event["timestamp"] >= asked["startTime"]
        and event["logStreamName"].startswith(asked["logStreamNamePrefix"])
        and re.search(asked["filterPattern"].strip("%"), event["message"]) is not None
    )
