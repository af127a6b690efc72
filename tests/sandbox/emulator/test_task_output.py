"""What a container writes in pieces is a line all the same."""

import pytest

from sandbox.emulator.ecs.tasks.task_output import whole_lines


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([b"RuntimeError: ", b"no DATABASE_URL", b"\n"], [b"RuntimeError: no DATABASE_URL\n"]),
        ([b"one\ntwo\nth", b"ree\n"], [b"one\n", b"two\n", b"three\n"]),
        ([b"one\n", b"without an end"], [b"one\n", b"without an end"]),
        ([b"caf\xc3", b"\xa9\n"], ["café\n".encode()]),
        ([b"\n", b""], [b"\n"]),
        ([], []),
    ],
)
def test_output_comes_line_by_line(chunks: list[bytes], lines: list[bytes]) -> None:
    assert list(whole_lines(chunks)) == lines
