"""What real processes say."""

import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.telemetry import logs
from app.telemetry.output import Output
from tests import dockerfile
from tests.server import PATIENCE, VISITOR, Server, server_command, server_environment, started_server, wait_for


def said_by(command: Sequence[str]) -> tuple[list[dict[str, Any]], "subprocess.CompletedProcess[str]"]:
    """What a process says until it ends."""
    ended = subprocess.run(
        command,
        cwd=dockerfile.SERVICE,
        env=server_environment({"IMAGE_TAG": "sha-4f1c", "ENVIRONMENT": "prod"}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return [json.loads(line) for line in ended.stdout.splitlines()], ended


def program(*statements: str) -> list[str]:
    """A process that configures its log as the service does, and executes these statements."""
    return [sys.executable, "-c", "\n".join(["from app.telemetry import entry", "import logging", *statements])]


class Recorded(Output):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__(2, about_dropped=logs.about_dropped)
        self.lines: list[dict[str, Any]] = []

    def write(self, line: bytes) -> None:
        """Keep a line."""
        self.lines.append(json.loads(line))


class Detached:
    """What a library may hand out: an object that raises when it is asked for its text."""

    def __repr__(self) -> str:  # noqa: D105 - the class says it
        raise RuntimeError("no session")


@pytest.mark.parametrize(("said", "told"), [("shipped %r", "shipped %r"), (7, "int")])
def test_whoever_logs_does_not_fail_on_what_is_logged(said: object, told: str) -> None:
    output = Recorded()
    handler = logs.JsonHandler(output)
    handler.emit(logging.makeLogRecord({"name": "orders", "levelname": "INFO", "msg": said, "args": (Detached(),)}))

    (line,) = output.lines
    assert (line["logger"], line["level"]) == ("orders", "INFO")
    assert line["message"] == f"{told} (RuntimeError while this was written)"


def test_a_thread_that_ends_itself_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=sys.exit)
    unhandled = SimpleNamespace(exc_type=SystemExit, exc_value=SystemExit(), exc_traceback=None, thread=thread)
    logs._unhandled_in_thread(unhandled)  # type: ignore[arg-type] # noqa: SLF001 - its type is made by the interpreter

    assert capfd.readouterr().out == ""


def test_every_line_of_a_server_s_life_is_json_on_stdout(tmp_path: Path) -> None:
    with started_server(tmp_path / "log", app="tests.odd_app:app") as server:
        assert VISITOR.get(f"{server.url}/api/v1/orders/7/failure?token=s3cret").status_code == 500
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)
    log = server.lines()

    assert {line["logger"] for line in log} == {"uvicorn.error", "access"}
    assert "Application startup complete." in {line["message"] for line in log}
    assert "Finished server process" in log[-1]["message"]
    (failure,) = server.lines(level="ERROR")
    assert failure["message"] == "Exception in ASGI application"
    assert failure["exception"].endswith("RuntimeError: cannot do anything with 7")
    assert "s3cret" not in server.log.read_text()


def test_a_request_that_is_no_http_is_told_in_json(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert wait_for(lambda: server.lines(level="WARNING", message="Invalid HTTP request received."))


def test_an_import_that_fails_ends_the_start_with_its_traceback_in_json() -> None:
    log, ended = said_by(server_command("tests.crashing_app:app"))

    assert ended.returncode == 1
    assert ended.stderr == ""
    assert log[-1]["level"] == "CRITICAL"
    assert log[-1]["message"] == "The process ends: nothing handled RuntimeError"
    assert log[-1]["exception"].endswith("RuntimeError: DATABASE_URL of slipway-sample is not set")
    assert (log[-1]["service"], log[-1]["version"], log[-1]["environment"]) == ("slipway-sample", "sha-4f1c", "prod")


def test_a_start_up_that_fails_ends_the_start_with_its_traceback_in_json() -> None:
    log, ended = said_by(server_command("tests.failing_app:app"))

    assert ended.returncode == 3
    assert ended.stderr == ""
    errors = [line for line in log if line["level"] == "ERROR"]
    assert [line["message"] for line in errors] == [
        *("RuntimeError: cannot reach the database", "Application startup failed. Exiting.")
    ]
    assert errors[0]["exception"].startswith("Traceback (most recent call last):")


def test_a_line_just_before_a_crash_is_not_lost() -> None:
    log, _ = said_by(program("import os", "logging.getLogger('orders').error('last words')", "os.abort()"))

    assert [line["message"] for line in log] == ["last words"]


@pytest.mark.parametrize(
    ("statements", "level", "message", "last"),
    [
        (["1 / 0"], "CRITICAL", "The process ends: nothing handled ZeroDivisionError", "ZeroDivisionError: "),
        (
            ["import threading", "t = threading.Thread(target=lambda: 1 / 0, name='t')", "t.start()", "t.join()"],
            *("ERROR", "The thread t ends: nothing handled ZeroDivisionError", "ZeroDivisionError: "),
        ),
        (
            ["class Bad:", "  def __del__(self):", "    1 / 0", "Bad()"],
            *("ERROR", "Exception ignored in: <function Bad.__del__", "ZeroDivisionError: "),
        ),
        (["import warnings", "warnings.warn('old')"], "WARNING", "<string>:4: UserWarning: old", ""),
    ],
    ids=["process", "thread", "finaliser", "warning"],
)
def test_what_nothing_handled_is_told_in_json(statements: list[str], level: str, message: str, last: str) -> None:
    log, ended = said_by(program(*statements))

    assert ended.stderr == ""
    assert [line["level"] for line in log] == [level]
    assert log[0]["message"].startswith(message)
    assert log[0].get("exception", "").rpartition("\n")[2].startswith(last)


@pytest.fixture
def configured() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """This process's log as that of the service, for a while; gives the lines so far."""
    root, (reading, writing) = logging.getLogger(), os.pipe()
    before = root.handlers, root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    output = Output(writing, about_dropped=logs.about_dropped)
    logs.configure(output)
    yield lambda: [json.loads(line) for line in os.read(reading, 1 << 20).splitlines()]
    root.handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
    root.setLevel(level)
    atexit.unregister(output.flush)
    logging.captureWarnings(capture=False)
    os.close(reading)
    os.close(writing)


def test_the_hooks_of_python_write_lines(configured: Callable[[], list[dict[str, Any]]]) -> None:
    error = ValueError("seven")
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs([ValueError, error, None, threading.Thread(name="t")]))
    threading.excepthook(threading.ExceptHookArgs([ValueError, error, None, None]))
    unraisable: Any = SimpleNamespace(err_msg=None, object=7, exc_value=error)
    sys.unraisablehook(unraisable)

    lines = configured()
    assert {line["exception"] for line in lines} == {"ValueError: seven"}
    assert [line["message"] for line in lines] == [
        "The process ends: nothing handled ValueError",
        "The thread t ends: nothing handled ValueError",
        "The thread ? ends: nothing handled ValueError",
        "Exception ignored in: 7",
    ]


@pytest.mark.usefixtures("configured")
def test_ctrl_c_stays_with_python(capsys: pytest.CaptureFixture[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert capsys.readouterr().err == "KeyboardInterrupt\n"


def test_dropped_lines_are_told_as_a_warning() -> None:
    line = json.loads(logs.about_dropped(7))

    assert (line["level"], line["message"]) == ("WARNING", "7 lines were dropped, because nobody read them")


def test_ctrl_c_is_no_crash() -> None:
    log, ended = said_by(program("raise KeyboardInterrupt"))

    assert log == []
    assert ended.stderr.endswith("KeyboardInterrupt\n")
