"""Lines on their way to stdout, which never wait for whoever reads it."""

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

WAITING_BYTES = 1 << 20
"""What may wait for a reader that is behind: some 3,000 lines of the access log. What comes on top is dropped."""

LAST_WORDS = 1.0
"""Seconds for which the end of the process waits for a reader that is behind."""


class Output:
    """Writes lines to a file descriptor, and never blocks the thread that has one to write.

    As long as the reader keeps up a line is written at once, by whoever has it: nothing is lost when the process ends
    the moment after. Only when the pipe is full a thread takes over, and it hands back when nothing waits any more.
    """

    def __init__(self, descriptor: int, *, about_dropped: Callable[[int], bytes], limit: int = WAITING_BYTES) -> None:
        """Write to that file descriptor.

        Args:
            descriptor: Stays as it is: O_NONBLOCK would change it for everybody who shares it.
            about_dropped: The line that tells the reader of that many lines which were dropped.
            limit: Bytes that may wait for the reader.
        """
        self._descriptor, self._about_dropped, self._limit = descriptor, about_dropped, limit
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)
        # Reentrant, because a signal's handler may write while the main thread does.
        self._lock = threading.RLock()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._untold = 0
        self._writer: threading.Thread | None = None
        self._patient_until = 0.0
        self.dropped = 0
        """Lines that nobody will ever read."""

    def write(self, line: bytes) -> None:
        """Write a line, which brings its end with it, or let it wait, or drop it if too much waits already."""
        with self._lock:
            if self._writer is None and not self._waiting:
                if not (line := self._write_now(line)):
                    return
                self._wait(line)
            elif self._waiting_bytes + len(line) <= self._limit:
                self._wait(line)
            else:
                self._drop()
            self._hand_over()
        if self._patient_until:
            self.flush(max(0.0, self._patient_until - time.monotonic()))

    def end(self, patience: float = LAST_WORDS) -> None:
        """Let what is written from now on wait for its reader, no longer than that in all.

        For the end of a process that a signal ends on the spot: what a thread was still to write would be lost.

        Args:
            patience: seconds; omitted, LAST_WORDS.
        """
        self._patient_until = time.monotonic() + patience
        self.flush(patience)

    def flush(self, patience: float = LAST_WORDS) -> None:
        """Wait until nothing waits any more, but no longer than the patience, in seconds; omitted, LAST_WORDS."""
        with self._lock:
            if self._waiting:
                self._hand_over()
            writer = self._writer
        if writer is not None:
            writer.join(patience)

    def _hand_over(self) -> None:
        """Start the thread, if there is none. Where the system has none to give, the next line asks again."""
        if self._writer is None:
            writer = threading.Thread(target=self._catch_up, name="stdout", daemon=True)
            with suppress(RuntimeError):  # "can't start new thread"
                writer.start()
                self._writer = writer

    def _write_now(self, line: bytes) -> bytes:
        """Write as much as there is room for, and return the rest.

        A pipe that poll(2) calls writable takes up to PIPE_BUF bytes without blocking (pipe(7)).
        """
        try:
            while line and self._room.poll(0):
                line = line[os.write(self._descriptor, line[: select.PIPE_BUF]) :]
        except OSError:  # nobody will ever read it
            self._drop()
            return b""
        return line

    def _wait(self, line: bytes) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _drop(self) -> None:
        self.dropped += 1
        self._untold += 1

    def _catch_up(self) -> None:
        try:
            while line := self._next():
                while line:
                    line = line[os.write(self._descriptor, line) :]
        except OSError:  # the reader is gone
            with self._lock:
                self.dropped += 1 + len(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = self._untold = 0
        finally:
            with self._lock:
                if self._writer is threading.current_thread():
                    self._writer = None

    def _next(self) -> bytes:
        """The line that has waited longest; none if this thread is needed no more."""
        with self._lock:
            if self._waiting:
                line = self._waiting.popleft()
                self._waiting_bytes -= len(line)
                return line
            if self._untold:
                told, self._untold = self._untold, 0
                return self._about_dropped(told)
            self._writer = None
            return b""
