"""`slipway watch ENVIRONMENT`."""

import typer

from operations.context import configuration_of
from operations.verbs.options import AsJson, Cancel, EnvironmentName, Minutes, OutcomeFile


def watch(
    context: typer.Context,
    environment: EnvironmentName,
    timeout: Minutes = None,
    on_cancel: Cancel = None,
    outcome: OutcomeFile = None,
    as_json: AsJson = False,
) -> None:
    """Follow the rollout under way, or say how the last one ended; exit codes as of release."""
    from operations.conversation import Conversation
    from operations.rollout.watching import watch
    from operations.verbs.ending import end

    configuration = configuration_of(context)
    with Conversation(on_cancel) as talk:
        ended = watch(configuration, configuration.environment(environment), talk, timeout)
    end(ended, as_json=as_json, file=outcome)
