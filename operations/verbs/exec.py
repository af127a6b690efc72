"""`slipway exec ENVIRONMENT`."""

from typing import Annotated

import typer

from operations.context import configuration_of
from operations.verbs.options import EnvironmentName

SHELL = "/bin/sh"


def execute(
    context: typer.Context,
    environment: EnvironmentName,
    command: Annotated[
        list[str] | None,
        typer.Argument(help=f"And its arguments, after --; omitted, {SHELL}.", metavar="COMMAND"),
    ] = None,
    task: Annotated[
        str, typer.Option(help="In the task whose id begins like this; omitted, in the newest one.", metavar="ID")
    ] = "",
    container: Annotated[
        str, typer.Option(help="In that container; omitted, in the one that answers requests.", metavar="NAME")
    ] = "",
) -> None:
    """Run a command, mostly a shell, in a task that runs.

    ECS Exec does it, which task.exec in slipway.toml switches on.
    It does not tell the command's exit code: that is 0 if the session was fine.

    In the sandbox docker or podman does it, with the command's exit code.
    """
    from configuration import SANDBOX
    from operations.exec import Order, in_aws, in_sandbox

    configuration = configuration_of(context)
    chosen = configuration.environment(environment)
    order = Order(command or [SHELL], task=task, container=container)
    if chosen.name == SANDBOX:
        raise typer.Exit(in_sandbox(configuration, chosen, order))
    raise typer.Exit(in_aws(configuration, chosen, order))
