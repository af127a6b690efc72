"""Rollouts for the tests, with what does not matter filled in."""

import datetime as dt
from typing import Any

from operations.deployment.record import Revision, Rollout, State

BEGUN = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
FAMILY = "arn:aws:ecs:eu-central-1:111111111111:task-definition/web"


def revision(number: int, tag: str | None = None) -> Revision:
    """A revision of the task definition; its tag is made of the number unless it is given."""
    return Revision(f"{FAMILY}:{number}", tag if tag is not None else f"sha-{number:07x}")


def rollout(state: State = State.IN_PROGRESS, *, number: int = 7, minute: int = 0, **more: Any) -> Rollout:
    """A rollout of revision `number` onto the one before it."""
    fields: dict[str, Any] = {
        "id": f"arn:aws:ecs:eu-central-1:111111111111:service-deployment/cluster/web/{number:021x}",
        "state": state,
        "target": revision(number),
        "sources": (revision(number - 1),),
        "created_at": BEGUN + dt.timedelta(minutes=minute),
    }
    return Rollout(**fields | more)
