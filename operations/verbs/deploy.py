"""`slipway deploy ENVIRONMENT`."""

import json
from typing import Annotated

import typer

from operations.completion import image_tags
from operations.context import configuration_of, configuration_path_of
from operations.verbs.options import AsJson, EnvironmentName


def deploy(
    context: typer.Context,
    environment: EnvironmentName,
    tag: Annotated[
        str,
        typer.Option(
            help="Of the image, for a service that does not exist yet.", metavar="TAG", autocompletion=image_tags
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Deploy the stacks as the work tree describes them, with the image that runs there."""
    from operations.infrastructure import deploy
    from operations.process_variables import variables_of

    configuration, path = configuration_of(context), configuration_path_of(context)
    chosen = configuration.environment(environment)
    deployed = deploy(
        configuration,
        chosen,
        tag,
        lambda line: typer.echo(line, err=True),
        configuration_path=path,
        variables=variables_of(configuration, chosen, path),
    )
    image = f"with {deployed.tag}" if deployed.tag else "with the image that runs there"
    done = f"{'Created' if deployed.created else 'Deployed'}  the stacks of {environment}"
    text = done if chosen.image == "asset" else f"{done}, {image}"
    typer.echo(json.dumps(deployed.as_json(), indent=2) if as_json else f"{text}.")
