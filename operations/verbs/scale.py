"""`slipway scale ENVIRONMENT MIN MAX`."""

import json
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName, Yes

MOST = 1000
"""As slipway.toml takes them, which the new bounds may go to."""


def scale(
    context: typer.Context,
    environment: EnvironmentName,
    minimum: Annotated[
        int, typer.Argument(help="Tasks that run at least.", metavar="MIN", min=0, max=MOST, show_default=False)
    ],
    maximum: Annotated[
        int, typer.Argument(help="Tasks that run at most.", metavar="MAX", min=0, max=MOST, show_default=False)
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change the bounds between which scaling keeps the number of tasks.

    It says what that does to the tasks, and asks.
    slipway.toml stays as it is, and what it says comes back one day.
    """
    from operations.consent import require
    from operations.gateways.application_auto_scaling import Bounds
    from operations.rendering.scale import lines, plan
    from operations.scale import carry_out, propose

    if maximum < minimum:
        raise typer.BadParameter(f"must be at least MIN ({minimum}), is {maximum}", param_hint="'MAX'")
    configuration = configuration_of(context)
    change = propose(configuration, configuration.environment(environment), Bounds(minimum, maximum))
    typer.echo("\n".join(plan(change)), err=True)
    if change.changes:
        if not yes:
            require("Go on?")
        carry_out(change)
    typer.echo(json.dumps(change.as_json(), indent=2) if as_json else "\n".join(lines(change)))
