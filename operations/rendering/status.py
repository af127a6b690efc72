"""`slipway status` as text."""

import textwrap

from operations.status import Status

COLUMNS = 80


def lines(status: Status) -> list[str]:
    """One fact a line; what is longer than 80 columns is wrapped between words: names and the URL stay whole."""
    deployment = status.deployment
    facts = {
        "environment": status.environment,
        "cluster": status.cluster,
        "service": status.service,
        "image": status.image_tag or "unknown",
        "tasks": f"{status.running} of {status.desired} running",
        "deployment": f"{deployment.status} {deployment.id}",
        "reason": deployment.reason,
        "url": status.url,
    }
    width = max(len(name) for name in facts) + 2
    return [
        line
        for name, value in facts.items()
        for line in textwrap.wrap(
            value,
            COLUMNS,
            initial_indent=f"{name:<{width}}",
            subsequent_indent=" " * width,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
