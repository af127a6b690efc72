"""`slipway rollback ENVIRONMENT`."""

from typing import Annotated

import typer

from operations.completion import image_tags
from operations.verbs.options import AsJson, Cancel, EnvironmentName, Minutes, OutcomeFile, SkipPreflight, Yes


def rollback(
    context: typer.Context,
    environment: EnvironmentName,
    to: Annotated[
        str,
        typer.Option(
            help="This tag; omitted, the last one that succeeded before.", metavar="TAG", autocompletion=image_tags
        ),
    ] = "",
    yes: Yes = False,
    skip_preflight: SkipPreflight = False,
    timeout: Minutes = None,
    on_cancel: Cancel = None,
    outcome: OutcomeFile = None,
    as_json: AsJson = False,
) -> None:
    """Go back to what ran before; exit codes as of release.

    A rollout under way is stopped, and ECS puts back what ran before it: then the exit code is 3. Otherwise the last
    release that succeeded before the one that runs is released again: then it is 0.
    """
    from operations.conversation import Conversation
    from operations.rollout.watching import roll_back
    from operations.verbs.ending import end
    from operations.verbs.ordering import ordered

    configuration, chosen, order = ordered(context, environment, to, preflight=not skip_preflight, minutes=timeout)
    with Conversation(on_cancel, consented=yes) as talk:
        ended = roll_back(configuration, chosen, order, talk)
    end(ended, as_json=as_json, file=outcome)
