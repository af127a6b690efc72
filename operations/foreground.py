"""Programs that take over the terminal."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

ENDED_BY_SIGNAL = 128
"""The exit code of what a signal ended is that and the signal's number, as in a shell."""


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> int:
    """Run the command with this terminal until it ends, and return its exit code.

    Ctrl-C and the other keys of that kind are the command's: this process goes on until it ends.

    Args:
        variables: besides those of this process.
    """
    # A handler, unlike SIG_IGN, is not inherited: the command hears these signals.
    before = {
        number: signal.signal(number, lambda _number, _frame: None)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
    }
    try:
        code = subprocess.run(command, env={**os.environ, **(variables or {})}, check=False).returncode
        return code if code >= 0 else ENDED_BY_SIGNAL - code
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
