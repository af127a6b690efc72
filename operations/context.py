"""What the options before the verb say."""

from pathlib import Path

import typer

from configuration import Configuration, find, load


def configuration_path_of(context: typer.Context) -> Path:
    """The file that `--configuration` names; omitted, the nearest `slipway.toml`.

    Raises:
        ConfigurationError: it was omitted, and there is none in this folder or above it.
    """
    return Path(context.obj) if context.obj else find(Path.cwd())


def configuration_of(context: typer.Context) -> Configuration:
    """What that file says.

    Raises:
        ConfigurationError: it cannot be used.
    """
    return load(configuration_path_of(context))
