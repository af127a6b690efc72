"""`slipway logs` as text."""

import json
import re

from operations.logs import Line
from operations.structured_log import readable

ID = 8
"""Characters of a task's id that are enough to tell it from others."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that a terminal obeys instead of showing them; but for the tabulator and the end of a line."""


def text(line: Line, *, with_container: bool = False, with_time: bool = False, visible: bool = False) -> str:
    """The message behind the task that wrote it, on each of its lines; of a JSON line, what it tells people.

    Args:
        with_container: and the name of the container.
        with_time: of the day, in UTC, in front.
        visible: characters that a terminal would obey are shown by their numbers: who may write to the log may not
            write to the terminal.
    """
    writer = f"{line.task[:ID]}/{line.container}" if with_container else line.task[:ID]
    at = f"{line.at:%Y-%m-%dT%H:%M:%S}.{line.at.microsecond // 1000:03d}Z " if with_time else ""
    message = readable(line.text)
    if visible:
        message = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", message)
    return "".join(f"{at}{writer} {part}\n" for part in message.split("\n"))


def record(line: Line) -> str:
    """The line as one line of JSON."""
    return f"{json.dumps(line.as_json())}\n"
