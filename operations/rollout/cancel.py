"""What ends a wait; apart from the rest, so that `slipway --help` stays fast."""

from enum import StrEnum


class OnCancel(StrEnum):
    """What becomes of the rollout when somebody ends the wait for it."""

    ASK = "ask"
    ROLLBACK = "rollback"
    LEAVE = "leave"
