"""`slipway environments`."""

import json

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson


def environments(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the environments of slipway.toml but the sandbox, and where each is.

    As JSON also the names of the variables in which GitHub has the ARNs of their roles: a matrix for workflows.
    """
    from operations.rendering.environments import as_data, lines

    chosen = list(configuration_of(context).select().environments.values())
    typer.echo(json.dumps(as_data(chosen)) if as_json else "\n".join(lines(chosen)))
