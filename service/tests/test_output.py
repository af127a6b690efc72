import fcntl
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.telemetry.output import Output
from tests.server import wait_for

PIPE = 4096
LIMIT = 20_000


@dataclass
class Pipe:
    """The smallest pipe that there is, and what writes to it."""

    reading: int
    writing: int
    output: Output

    def read(self) -> bytes:
        """What is in it, without waiting for more."""
        try:
            return os.read(self.reading, 1 << 20)
        except BlockingIOError:
            return b""

    def read_until(self, end: bytes) -> bytes:
        """All until something ends like that."""
        found = bytearray()

        def ended() -> bool:
            found.extend(self.read())
            return found.endswith(end)

        wait_for(ended)
        return bytes(found)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
    os.set_blocking(reading, False)
    pipe = Pipe(reading, writing, Output(writing, about_dropped=lambda count: b"dropped %d\n" % count, limit=LIMIT))
    yield pipe
    if pipe.reading >= 0:
        while pipe.read():
            pipe.output.flush(0.01)
        os.close(pipe.reading)
    pipe.output.flush()
    os.close(writing)


def numbered(count: int) -> list[bytes]:
    return [b"line %06d of those that are written\n" % number for number in range(count)]


def test_a_line_is_in_the_pipe_before_whoever_wrote_it_goes_on(pipe: Pipe) -> None:
    pipe.output.write(b"last words\n")

    assert pipe.read() == b"last words\n"


def test_a_reader_that_is_behind_gets_every_line_in_order(pipe: Pipe) -> None:
    lines = numbered(500)  # more than the pipe holds, less than may wait
    for line in lines:
        pipe.output.write(line)

    assert pipe.read_until(lines[-1]) == b"".join(lines)
    assert pipe.output.dropped == 0


def test_a_line_that_is_longer_than_the_pipe_arrives_whole(pipe: Pipe) -> None:
    line = b"x" * 5 * PIPE + b"\n"
    pipe.output.write(line)
    pipe.output.write(b"next\n")

    assert pipe.read_until(b"next\n") == line + b"next\n"


def test_without_a_reader_lines_are_dropped_counted_and_told(pipe: Pipe) -> None:
    lines = numbered(5000)
    for line in lines:  # a write that blocked would never end
        pipe.output.write(line)

    assert pipe.output.dropped > 3000
    kept = pipe.read_until(b"dropped %d\n" % pipe.output.dropped).splitlines(keepends=True)[:-1]
    assert len(kept) == len(lines) - pipe.output.dropped
    assert kept == sorted(set(kept) & set(lines))


def test_after_a_reader_has_caught_up_lines_are_written_at_once_again(pipe: Pipe) -> None:
    lines = numbered(300)
    for line in lines:
        pipe.output.write(line)
    pipe.read_until(lines[-1])
    pipe.output.flush()
    pipe.output.write(b"at once\n")

    assert pipe.read() == b"at once\n"


def test_a_reader_that_has_gone_is_no_failure(pipe: Pipe) -> None:
    os.close(pipe.reading)
    pipe.reading = -1
    pipe.output.write(b"to nobody\n")

    assert pipe.output.dropped == 1


def test_a_reader_that_goes_while_lines_wait_takes_them_with_it(pipe: Pipe) -> None:
    for line in numbered(300):
        pipe.output.write(line)
    os.close(pipe.reading)
    pipe.reading = -1
    pipe.output.flush(20)
    waited = pipe.output.dropped
    pipe.output.write(b"to nobody\n")

    assert waited > 100
    assert pipe.output.dropped == waited + 1


def test_the_end_of_the_process_waits_for_a_reader_but_not_for_ever(pipe: Pipe) -> None:
    for line in numbered(300):
        pipe.output.write(line)
    pipe.output.flush(0.01)  # comes back although nobody reads

    assert pipe.read()


def test_a_system_without_a_thread_to_give_fails_nobody_and_loses_nothing(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lines = numbered(300)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        for line in lines[:200]:
            pipe.output.write(line)
        pipe.output.flush()
    for line in lines[200:]:
        pipe.output.write(line)

    assert pipe.read_until(lines[-1]) == b"".join(lines)
    assert pipe.output.dropped == 0


def test_the_end_of_the_process_asks_for_a_thread_once_more(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = numbered(200)
    start = threading.Thread.start
    refused = iter([RuntimeError("can't start new thread")] * len(lines))

    def refuse(thread: threading.Thread) -> None:
        if error := next(refused, None):
            raise error
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for line in lines:
        pipe.output.write(line)
    for _ in refused:
        pass
    pipe.output.flush(0.01)

    assert pipe.read_until(lines[-1]) == b"".join(lines)


def test_at_the_end_lines_are_with_the_reader_before_whoever_wrote_them_goes_on(pipe: Pipe) -> None:
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_until(b"the last\n")))
    reader.start()
    pipe.output.end(20)
    lines = numbered(500)
    for line in lines:
        pipe.output.write(line)
    pipe.output.write(b"the last\n")
    assert pipe.output._writer is None  # noqa: SLF001 - a thread would be ended with the process
    reader.join()

    assert read == [b"".join(lines) + b"the last\n"]


def test_at_the_end_a_reader_that_does_not_come_costs_no_more_than_was_allowed(pipe: Pipe) -> None:
    pipe.output.end(0.01)
    for line in numbered(5000):  # if each waited as long, this would take a minute
        pipe.output.write(line)

    assert pipe.output.dropped > 3000
