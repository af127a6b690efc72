"""Putting `slipway.toml` where it belongs, whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from configuration import ConfigurationError, find
from configuration.loading import FILE_NAME
from operations.errors import ExitCode, OperationError
from operations.init.document import example

APP_FILE = "cdk.json"
"""By which the CDK CLI finds the app."""


def place(chosen: Path | None, start: Path) -> Path:
    """Where it is written: the chosen file; or else the nearest one, or beside the nearest `cdk.json`, or here."""
    if chosen:
        return chosen
    with suppress(ConfigurationError):
        return find(start)
    folders = (start.absolute(), *start.absolute().parents)
    return next((folder for folder in folders if (folder / APP_FILE).is_file()), folders[0]) / FILE_NAME


def without_app(path: Path) -> str:
    """What to do where the file lies beside no `cdk.json`, and so has no app that reads it; empty if it has one."""
    if (path.parent / APP_FILE).is_file():
        return ""
    return (
        f"There is no {APP_FILE} in {path.parent}: slipway.toml is read by the CDK app that\n"
        "comes with Slipway. Put it into a copy of Slipway; what follows is typed there.\n"
    )


def refuse_to_overwrite(path: Path) -> None:
    """Leave alone what somebody has written; the example that the project comes with is nobody's.

    Raises:
        OperationError: there is another file.
    """
    try:
        unchanged = path.read_text(encoding="utf-8") == example()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        unchanged = False
    if not unchanged:
        raise OperationError(
            f"{path} exists, and differs from the example that the project comes with; nothing was changed",
            fix="Add --print to see what would be written, or --force to write it all the same.",
            exit_code=ExitCode.REFUSED,
        )


def write(path: Path, text: str) -> None:
    """Write the file beside its place, and then put it there: whoever reads it finds the old one or the new one.

    Raises:
        OperationError: it cannot be written; what was there is there still.
    """
    target = path.resolve()  # a link stays one
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("x", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(target)
    except OSError as error:
        raise OperationError(
            f"{path} cannot be written: {error.strerror}",
            fix="Name another file with slipway --configuration FILE init, or print it with slipway init --print.",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
