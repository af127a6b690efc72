"""`slipway pipeline ...`: what GitHub's workflows ask and do between their actions."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from operations.context import configuration_of
from operations.help import Verb, Verbs
from operations.verbs.options import AsJson, EnvironmentName, Tag

command = typer.Typer(cls=Verbs, help="What GitHub's workflows ask and do between their actions.", no_args_is_help=True)

Emulated = Annotated[
    str, typer.Option("--environment", help="sandbox, for the emulated registry; omitted, ECR.", metavar="ENVIRONMENT")
]


@command.command(cls=Verb)
def plan(
    context: typer.Context,
    branch: Annotated[str, typer.Option(help="That was pushed.", metavar="BRANCH")],
    as_json: AsJson = False,
) -> None:
    """Say what a push to a branch builds, and where it is deployed."""
    from operations.pipeline.plan import check_repository, plan, short_sessions

    configuration = configuration_of(context)
    check_repository(configuration, os.environ.get("GITHUB_REPOSITORY", ""))
    planned = plan(configuration, branch)
    for warning in short_sessions(configuration, branch):
        typer.echo(warning, err=True)
    _hand_over({name: json.dumps(each) for name, each in planned.as_json().items()})
    if as_json:
        typer.echo(json.dumps(planned.as_json(), indent=2))
        return
    for build in planned.architectures:
        typer.echo(f"build   {build.platform} on {build.runner}")
    for environment in planned.environments:
        typer.echo(f"deploy  {environment.name}, in {environment.minutes} minutes at most")
    if not planned.environments:
        typer.echo(f"deploy  nowhere: no environment of slipway.toml has the branch {branch}")


@command.command(cls=Verb)
def publish(
    context: typer.Context,
    image: Annotated[str, typer.Argument(help="Its name in GHCR, without a tag.", metavar="IMAGE")],
    tag: Tag,
    digests: Annotated[Path, typer.Option(help="Folder with a file for each processor: the digest.", metavar="FOLDER")],
    tags: Annotated[str, typer.Option(help="All tags, a line each.", metavar="TAGS")] = "",
    environment: Emulated = "",
    as_json: AsJson = False,
) -> None:
    """Give the commit's image its tags: the one in ECR if there is one, else the one just built."""
    from operations.pipeline.publishing import Repository, digests_in, publish

    repository = Repository(configuration_of(context), environment)
    published = publish(repository, image, tag=tag, tags=tags.split(), built=lambda: digests_in(digests))
    _hand_over({"digest": published.digest, "published": json.dumps(published.before)})
    which = "ECR has had it before, so that it stays the image of this commit" if published.before else "just built"
    text = f"{image}:{tag} is {published.digest}: {which}."
    typer.echo(json.dumps(published.as_json(), indent=2) if as_json else text)


@command.command(cls=Verb)
def copy(
    context: typer.Context,
    image: Annotated[str, typer.Argument(help="REGISTRY/REPOSITORY@DIGEST.", metavar="IMAGE")],
    tag: Tag,
    environment: Emulated = "",
    as_json: AsJson = False,
) -> None:
    """Bring an image to ECR under the commit's tag, which then never changes."""
    from operations.pipeline.publishing import Repository, copy

    repository = Repository(configuration_of(context), environment)
    copy(repository, image, tag)
    name = f"{repository.uri}:{tag}"
    typer.echo(json.dumps({"image": name}, indent=2) if as_json else f"{name} is {image.partition('@')[2]}.")


@command.command(cls=Verb)
def due(
    context: typer.Context,
    environment: EnvironmentName,
    commit: Annotated[str, typer.Option(help="That was pushed.", metavar="COMMIT")],
    as_json: AsJson = False,
) -> None:
    """Say whether a commit is still to be deployed, or what runs has it in it already."""
    from operations.pipeline.due import turn

    configuration = configuration_of(context)
    told = turn(configuration, configuration.environment(environment), commit, Path.cwd())
    _hand_over({"due": json.dumps(told.due)})
    text = f"{'Due' if told.due else 'Not due'}: {told.why}."
    typer.echo(json.dumps(told.as_json(), indent=2) if as_json else text)


@command.command(cls=Verb)
def verify(
    context: typer.Context,
    environment: EnvironmentName,
    tag: Tag,
    image: Annotated[str, typer.Option(help="REGISTRY/REPOSITORY@DIGEST.", metavar="IMAGE")],
    as_json: AsJson = False,
) -> None:
    """See that an image was attested by this pipeline, at this commit, and is the one that ECS pulls."""
    from operations.pipeline.verification import verify

    configuration = configuration_of(context)
    chosen = configuration.environment(environment)
    built = chosen.image == "asset"
    if not built:
        verify(configuration, chosen, tag, image)
    text = "CDK builds the image of this environment itself." if built else f"{image} is attested."
    typer.echo(json.dumps({"verified": not built}, indent=2) if as_json else text)


@command.command(cls=Verb)
def record(
    context: typer.Context,
    environment: EnvironmentName,
    tag: Annotated[str, typer.Option(help="That was to be deployed.", metavar="TAG")],
    status: Annotated[str, typer.Option(help="Of the job so far, in GitHub's words.", metavar="STATUS")],
    outcomes: Annotated[Path, typer.Option(help="Folder of what the verbs have written.", metavar="FOLDER")],
    as_json: AsJson = False,
) -> None:
    """Write down how a deployment ended, with the steps of its job in the variable STEPS."""
    from operations.notification.deployment import judge
    from operations.pipeline.recording import record

    configuration = configuration_of(context)
    chosen = configuration.environment(environment)
    steps = os.environ.get("STEPS", "")
    recorded = record(configuration, chosen, tag=tag, status=status, steps=steps, outcomes=outcomes)
    told = judge(recorded)
    text = f"{told.kind}  {told.text} {told.serving}".rstrip()
    typer.echo(json.dumps(recorded.as_json(), indent=2) if as_json else text)


def _hand_over(outputs: Mapping[str, str]) -> None:
    from operations.pipeline.step_outputs import hand_over

    hand_over(outputs)
