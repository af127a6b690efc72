"""What a shell completes: the names of environments."""

from pathlib import Path

import typer

FILE_NAME = "slipway.toml"


def environment_names(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The environments that begin like this, and where they are.

    Only the names are read, because whoever completes waits, and slipway.toml may be wrong elsewhere. Without a file
    that can be read there is nothing to complete.
    """
    import tomllib  # noqa: PLC0415 - only who completes needs it

    try:
        environments = tomllib.loads(_file(context).read_text(encoding="utf-8"))["environments"]
        return [(name, _place(table)) for name, table in environments.items() if name.startswith(incomplete)]
    except (OSError, ValueError, KeyError, AttributeError):
        return []


def _file(context: typer.Context) -> Path:
    """As `operations.context` finds it; but the callback that keeps the option does not run while a shell completes."""
    chosen = context.find_root().params.get("configuration")
    if chosen:
        return Path(chosen)
    folders = [Path.cwd(), *Path.cwd().parents]
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), Path(FILE_NAME))


def _place(table: object) -> str:
    return f"{table.get('region')}, account {table.get('account')}" if isinstance(table, dict) else ""
