"""`slipway sandbox ...`: the emulated AWS on this machine."""

import json
import shlex
from typing import Annotated

import typer

from operations.context import configuration_path_of

command = typer.Typer(help="The emulated AWS on this machine.", no_args_is_help=True)


@command.command()
def up(
    context: typer.Context,
    containers: Annotated[
        bool, typer.Option(help="Run tasks as containers, if a Docker-compatible engine answers.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Start it, deploy every stack, and wait until the service answers."""
    from sandbox.report import lines
    from sandbox.up import up as bring_up
    from sandbox.workspace import Workspace

    report = bring_up(Workspace.of(configuration_path_of(context)), containers=containers)
    typer.echo(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(lines(report)))


@command.command()
def down(context: typer.Context) -> None:
    """Stop it, and leave nothing running."""
    from sandbox.down import down as bring_down
    from sandbox.workspace import Workspace

    stopped = bring_down(Workspace.of(configuration_path_of(context)))
    typer.echo("The sandbox is stopped." if stopped else "The sandbox was not running.", err=True)


@command.command()
def environment(context: typer.Context) -> None:
    """Print the shell variables that point cdk, aws and boto3 at it."""
    from sandbox.workspace import Workspace

    variables = Workspace.of(configuration_path_of(context)).variables()
    # A profile or a session token of a real account would be asked for beside the sandbox's keys.
    typer.echo("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN")
    typer.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))
