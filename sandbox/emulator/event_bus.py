"""Events that AWS's own services send to EventBridge."""

import json
from collections.abc import Sequence
from typing import Any

from sandbox.emulator.internals import internal


def send(source: str, detail_type: str, resources: Sequence[str], detail: dict[str, Any]) -> None:
    """Put an event of a service on the default bus of the account and region in whose scope this is called."""
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Resources": list(resources),
        "Detail": json.dumps(detail, default=str),
    }
    internal("services.eventbridge", "_put_events")({"Entries": [entry]}, allow_aws_source=True)
