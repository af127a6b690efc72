"""The one door to MiniStack's internals: whatever is read or replaced there is looked up by name first.

MiniStack has no plug-in interface, so what it lacks has to be put into its modules. A module that moved with a new
release would otherwise show up much later, as an `AttributeError` in the middle of somebody's deployment.
"""

import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any

MINISTACK_VERSION = "1.5.33"
"""The release whose internals this package was written against."""


class MiniStackMismatchError(RuntimeError):
    """The installed MiniStack has no such module or attribute."""


def internal(module: str, name: str) -> Any:
    """Return the attribute `name` of `ministack.<module>`.

    Raises:
        MiniStackMismatchError: The module or the attribute is gone; names both releases.
    """
    try:
        return getattr(importlib.import_module(f"ministack.{module}"), name)
    except (ImportError, AttributeError) as error:
        raise MiniStackMismatchError(
            f"ministack.{module} has no {name}: MiniStack {installed_version()} is installed, and sandbox/emulator "
            f"was written for {MINISTACK_VERSION}. Install ministack=={MINISTACK_VERSION}."
        ) from error


def replace(module: str, name: str, replacement: Callable[[Any], Any]) -> None:
    """Put `replacement(original)` in the place of the attribute `name` of `ministack.<module>`.

    Raises:
        MiniStackMismatchError: There is no such attribute.
    """
    original = internal(module, name)
    setattr(importlib.import_module(f"ministack.{module}"), name, replacement(original))


def installed_version() -> str:
    """Return the version of the installed MiniStack, or `none` when there is none."""
    try:
        return importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        return "none"
