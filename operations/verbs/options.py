"""Arguments and options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer

from operations.completion import environment_names, image_tags
from operations.rollout.cancel import OnCancel

EnvironmentName = Annotated[
    str, typer.Argument(help="As in slipway.toml.", metavar="ENVIRONMENT", autocompletion=environment_names)
]
Tag = Annotated[str, typer.Option(help="Of the image: sha- and the commit.", metavar="TAG", autocompletion=image_tags)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Minutes = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0,
        help="Minutes to wait for the verdict; omitted, as long as slipway.toml lets a rollout take.",
        metavar="MINUTES",
    ),
]
Cancel = Annotated[
    OnCancel | None,
    typer.Option(
        "--on-cancel",
        help="What Ctrl-C or SIGTERM does; omitted: ask at a terminal, otherwise leave the rollout to itself.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Go on without being asked.")]
SkipPreflight = Annotated[
    bool, typer.Option("--skip-preflight", help="Release even what cannot work, such as a tag without an image.")
]
OutcomeFile = Annotated[
    Path | None, typer.Option("--outcome", help="Write how it ended to this file, too, as JSON.", metavar="FILE")
]
