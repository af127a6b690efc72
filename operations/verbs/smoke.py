"""`slipway smoke ENVIRONMENT`."""

import json
from typing import Annotated

import typer

from operations.completion import image_tags
from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName


def smoke(
    context: typer.Context,
    environment: EnvironmentName,
    tag: Annotated[
        str,
        typer.Option(
            help="That has to answer; omitted, the one that ECS runs.", metavar="TAG", autocompletion=image_tags
        ),
    ] = "",
    path: Annotated[str, typer.Option(help="Whose answer has the key image_tag in its JSON.", metavar="PATH")] = "/",
    within: Annotated[float, typer.Option(min=0, help="Seconds, after which it is given up.", metavar="SECONDS")] = 120,
    as_json: AsJson = False,
) -> None:
    """Ask the public URL until it answers as released, three times in a row."""
    from operations.pipeline.step_outputs import hand_over
    from operations.smoke import at, smoke, target_of

    configuration = configuration_of(context)
    url, expected = target_of(configuration, configuration.environment(environment), tag)
    hand_over({"url": url})
    seen = smoke(at(url, path), expected, within=within)
    text = f"OK  {expected or 'the service'} answers at {seen.url} after {seen.seconds} s."
    typer.echo(json.dumps(seen.as_json(), indent=2) if as_json else text)
