"""`slipway abort ENVIRONMENT`."""

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, EnvironmentName, Minutes, OutcomeFile, Yes


def abort(
    context: typer.Context,
    environment: EnvironmentName,
    yes: Yes = False,
    timeout: Minutes = None,
    outcome: OutcomeFile = None,
    as_json: AsJson = False,
) -> None:
    """Stop the rollout under way and wait until what ran before it runs again: then the exit code is 3."""
    from operations.conversation import Conversation
    from operations.rollout.watching import abort
    from operations.verbs.ending import end

    configuration = configuration_of(context)
    with Conversation(consented=yes) as talk:
        ended = abort(configuration, configuration.environment(environment), talk, timeout)
    end(ended, as_json=as_json, file=outcome)
