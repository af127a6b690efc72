"""The output of a task's containers, in CloudWatch Logs line by line.

MiniStack 1.5.33 makes an event of whatever the engine hands over at once, which is what the program has written at
once: Python writes a traceback's last line in pieces, and the last event would be a part of it. The awslogs driver of
ECS waits for the end of the line.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.emulator.internals import replace


def forward_whole_lines() -> None:
    """Let a line of output be one event, however it was written."""

    def with_whole_lines(original: Any) -> Any:
        def forward_awslogs(container: Any, *args: Any) -> None:
            original(_InWholeLines(container), *args)

        return forward_awslogs

    replace("services.ecs", "_forward_awslogs", with_whole_lines)


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, each piece ending with a line; the last one may lack its end."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


class _InWholeLines:
    """A container of the engine as the forwarder uses one: nothing but its output."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def logs(self, **options: Any) -> Iterator[bytes]:
        return whole_lines(self._container.logs(**options))
