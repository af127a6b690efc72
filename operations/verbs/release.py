"""`slipway release ENVIRONMENT --tag TAG`."""

import typer

from operations.verbs.options import AsJson, Cancel, EnvironmentName, Minutes, OutcomeFile, SkipPreflight, Tag


def release(
    context: typer.Context,
    environment: EnvironmentName,
    tag: Tag,
    skip_preflight: SkipPreflight = False,
    timeout: Minutes = None,
    on_cancel: Cancel = None,
    outcome: OutcomeFile = None,
    as_json: AsJson = False,
) -> None:
    """Release an image, and say whether it serves: 0 only if it does.

    The exit code is 1 if it failed and nothing was put back, 3 if it was rolled back, 4 if it was not over in time, 5
    if another release took its place, 6 if it was refused before anything was changed.
    """
    from operations.conversation import Conversation
    from operations.rollout.release import release
    from operations.verbs.ending import end
    from operations.verbs.ordering import ordered

    configuration, chosen, order = ordered(context, environment, tag, preflight=not skip_preflight, minutes=timeout)
    with Conversation(on_cancel) as talk:
        ended = release(configuration, chosen, order, talk)
    end(ended, as_json=as_json, file=outcome)
