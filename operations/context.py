"""What the options before the verb say."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from configuration import Configuration


def configuration_path_of(context: typer.Context) -> Path:
    """The file that `--configuration` names; omitted, the nearest `slipway.toml`.

    Raises:
        ConfigurationError: it was omitted, and there is none in this folder or above it.
    """
    from configuration import find  # noqa: PLC0415 - takes longer than `slipway --help` may run

    return Path(context.obj) if context.obj else find(Path.cwd())


def configuration_of(context: typer.Context) -> "Configuration":
    """What that file says.

    Raises:
        ConfigurationError: it cannot be used.
    """
    from configuration import load  # noqa: PLC0415 - as above

    return load(configuration_path_of(context))
