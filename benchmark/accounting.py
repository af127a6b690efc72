"""The CPU time and the memory of a program with everything that it starts.

jsii runs the CDK in processes of Node, two generations below the Python that starts them. So a process of its own
counts, which adopts whatever the program leaves behind: `python -m benchmark.accounting COMMAND...`. It needs Linux.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmark.figures import NotMeasuredError
from benchmark.processes import run

PR_SET_CHILD_SUBREAPER = 36
"""prctl(2): orphans below this process become its children, and their CPU time is counted like theirs."""

INTERVAL = 0.05
"""Seconds between two looks at the memory."""

KIB = 1024
NONE_ENDED = (0, 0)
"""waitpid(2): there are children, and none of them has ended."""


@dataclass(frozen=True)
class Usage:
    """What a program used, with all its child processes.

    Attributes:
        cpu_seconds: in user and kernel mode.
        wall_seconds: until the program itself ended.
        peak_bytes: the most memory that all its processes had at the same time, until the last of them ended; what
            they share counts once (proportional set size, proc_pid_smaps(5)). Seen in looks of INTERVAL.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


def account(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> Usage:
    """Run a program in the project's folder and count what it uses.

    Args:
        environment: variables beside those of this process.

    Raises:
        NotMeasuredError: this is not Linux, or the program fails.
    """
    if sys.platform != "linux":
        raise NotMeasuredError("only Linux tells the CPU time and memory of a tree of processes")
    words = [sys.executable, "-m", "benchmark.accounting", *map(str, command)]
    return Usage(**json.loads(run(words, environment=environment)))


def main() -> int:
    """Run the program of the command line, print what it used as JSON, and end as it does."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        print("prctl(PR_SET_CHILD_SUBREAPER) is refused", file=sys.stderr)
        return 1
    begun, peak = time.monotonic(), 0
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _memory_of_all())
            time.sleep(INTERVAL)
        wall = time.monotonic() - begun
    with suppress(ChildProcessError):  # as soon as there is none left
        while True:
            peak = max(peak, _memory_of_all())
            if os.waitpid(-1, os.WNOHANG) == NONE_ENDED:
                time.sleep(INTERVAL)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps(asdict(Usage(used.ru_utime + used.ru_stime, wall, peak))))
    return process.returncode


def _memory_of_all() -> int:
    return sum(_memory(pid) for pid in _descendants(os.getpid()))


def _descendants(ancestor: int) -> Iterable[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            # The name before the parenthesis may hold anything; after it come the state and the parent.
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    waiting = children.get(ancestor, [])
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _memory(pid: int) -> int:
    with suppress(OSError):  # it has just ended, or belongs to somebody else
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KIB
    return 0


if __name__ == "__main__":
    sys.exit(main())
