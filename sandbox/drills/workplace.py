"""A sandbox of the drills' own: another port, another folder, and nothing of it stays.

Drills break the sandbox that they run in, and restart nothing that a developer has up. So they bring one up themselves,
from the same `slipway.toml`, at a free port and in a folder inside of `.sandbox/`; its lock keeps two from being at it
at the same time. What a drill that was killed has left there is removed by the next one.
"""

import fcntl
import json
import os
import shutil
import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from configuration import SANDBOX
from operations.errors import OperationError
from sandbox.down import down
from sandbox.engine import Engine
from sandbox.signals import undisturbed
from sandbox.variants import remove_left
from sandbox.workspace import Workspace

FOLDER = "drill"
CONFIGURATION = "slipway.toml"


@contextmanager
def workplace(configuration_path: Path, **tables: Mapping[str, Any]) -> Iterator[Workspace]:
    """A workspace of its own for the sandbox of that file, removed with everything in it when the block is left.

    Args:
        tables: of the environment `sandbox`: keys that get other values.

    Raises:
        ConfigurationError: the file cannot be used, or has no environment `sandbox`.
        OperationError: another drill is under way there.
    """
    parent = Workspace.of(configuration_path)
    folder = parent.folder / FOLDER
    parent.folder.mkdir(exist_ok=True)
    try:
        with _alone(parent.folder / f"{FOLDER}.lock"):
            _remove(folder)
            folder.mkdir()
            try:
                path = folder / CONFIGURATION
                changed = configured(parent.configuration_path, port=_free_port(), **tables)
                path.write_text(changed, encoding="utf-8")
                yield Workspace.of(path)
            finally:
                with undisturbed():
                    _remove(folder)
    finally:
        with suppress(OSError):  # somebody else's sandbox is in it
            parent.folder.rmdir()


def remove_leftovers(workspace: Workspace) -> bool:
    """Remove what a drill that was killed has left in the folder of that sandbox, and say whether there was any.

    One that is under way is left alone.
    """
    folder = workspace.folder / FOLDER
    if not folder.exists():
        return False
    try:
        with _alone(workspace.folder / f"{FOLDER}.lock"):
            _remove(folder)
    except OperationError:
        return False
    with suppress(OSError):  # somebody else's sandbox is in it
        workspace.folder.rmdir()
    return True


def configured(path: Path, *, port: int, **tables: Mapping[str, Any]) -> str:
    """The text of that `slipway.toml` with another port of the sandbox.

    Args:
        tables: of the environment `sandbox`: keys that get other values.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    document["sandbox"] = document.get("sandbox", {}) | {"port": port}
    environment = document["environments"][SANDBOX]
    for name, table in tables.items():
        environment[name] = _merged(environment.get(name, {}), table)
    return "".join(f"{json.dumps(name)} = {_toml(value)}\n" for name, value in document.items())


def _merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The table with these changes, also of the tables in it."""
    return dict(table) | {
        name: _merged(table.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }


def _toml(value: Any) -> str:
    """The value as TOML, of one line; what JSON has for strings and numbers, TOML has, too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                raise BlockingIOError  # whoever held it has removed the file meanwhile, and a third has made another
        except OSError as error:
            raise OperationError(
                f"another drill is under way in {path.parent}", fix="Wait for its end, or end it with Ctrl-C."
            ) from error
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Stop the sandbox of that folder if there is one, and remove the folder."""
    path = folder / CONFIGURATION
    if path.exists():
        workspace = Workspace.of(path)
        down(workspace)
        if engine := Engine.find():
            remove_left(workspace, engine)
    shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
