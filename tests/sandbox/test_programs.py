"""Programs that the sandbox runs to their end."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox import programs

PARENT = "import subprocess, sys; print('begun', flush=True); subprocess.run(['sleep', '600', sys.argv[1]])"
"""As the `node` of a wheel: a process that waits for another, and does not end it when it is ended itself."""


def test_a_program_that_is_interrupted_ends_with_all_that_it_has_started(tmp_path: Path) -> None:
    def interrupted(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", PARENT, f"0.{os.getpid()}"], tmp_path, interrupted)
    assert f"sleep 600 0.{os.getpid()}" not in processes()


def test_ctrl_c_while_a_program_is_being_started_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **words: Any) -> None:
            super().__init__(*arguments, **words)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(["sleep", f"600.{os.getpid()}"], tmp_path, print)
    finally:
        signal.signal(signal.SIGINT, before)
    monkeypatch.undo()
    assert f"sleep 600.{os.getpid()}" not in processes()


def run(command: list[str], folder: Path, say: Any) -> None:
    programs.run(command, doing="wait", fix="", say=say, environment=os.environ, folder=folder)


def processes() -> str:
    return subprocess.run(["ps", "-ww", "-e", "-o", "command="], capture_output=True, text=True, check=True).stdout
