"""`slipway sandbox ...`: the emulated AWS on this machine."""

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from operations.completion import drill_names
from operations.context import configuration_path_of
from operations.help import Verb, Verbs, text_of

command = typer.Typer(cls=Verbs, help="The emulated AWS on this machine.", no_args_is_help=True)


@command.command(cls=Verb)
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


@command.command(cls=Verb)
def down(context: typer.Context) -> None:
    """Stop it, and leave nothing running."""
    from sandbox.down import down as bring_down
    from sandbox.drills.workplace import remove_leftovers
    from sandbox.workspace import Workspace

    workspace = Workspace.of(configuration_path_of(context))
    stopped = [bring_down(workspace), remove_leftovers(workspace)]
    typer.echo("The sandbox is stopped." if any(stopped) else "The sandbox was not running.", err=True)


@command.command(cls=Verb)
def environment(context: typer.Context) -> None:
    """Print the shell variables that point cdk, aws and boto3 at it."""
    from sandbox.workspace import Workspace

    variables = Workspace.of(configuration_path_of(context)).variables()
    # A profile or a session token of a real account would be asked for beside the sandbox's keys.
    typer.echo("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN")
    typer.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))


def drill(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Drills to run, in this order.", metavar="NAME", autocompletion=drill_names),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Run all of them.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Say what each of them promises, and run none.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Write a report: .md is Markdown, .json is JSON, no suffix is both.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a failure happen in a sandbox of its own, under load, and say whether the promise about it was kept.

    The exit code is 1 if a promise was broken.
    """
    from operations.errors import ExitCode, OperationError
    from sandbox.drills import report as reporting
    from sandbox.drills.catalogue import DRILLS, chosen
    from sandbox.drills.session import rehearse

    if listed:
        told = [{"name": each.name, "promise": each.promise} for each in DRILLS]
        text = (f"{each.name}\n  {each.promise}" for each in DRILLS)
        typer.echo(json.dumps(told, indent=2) if as_json else "\n".join(text))
        return
    if bool(names) == every:
        raise OperationError(
            "which drills are to run? Give names, or --all",
            fix="Run slipway sandbox drill --list to see what there is.",
            exit_code=ExitCode.BAD_INPUT,
        )
    files = reporting.files_of(report) if report else []
    drills = chosen(names or [each.name for each in DRILLS])

    def tell(so_far: reporting.Report) -> None:
        if not as_json:
            typer.echo("\n".join([*reporting.lines(so_far.results[-1]), ""]))
        reporting.write(so_far, files)  # also of a run that is cut short

    ended = rehearse(drills, configuration_path_of(context), tell)
    typer.echo(json.dumps(ended.as_json(), indent=2) if as_json else "\n".join(reporting.summary(ended)))
    raise typer.Exit(ExitCode.FAILED if ended.broken else ExitCode.SUCCEEDED)


command.command(cls=Verb, help=text_of(drill, "drill"))(drill)
