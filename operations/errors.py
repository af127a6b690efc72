"""What a verb says when it cannot do its work."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can tell apart.

    Attributes:
        FAILED: and there was nothing to roll back to, or the verb could not do its work.
        BAD_INPUT: of the command line or of `slipway.toml`.
        ROLLED_BACK: the release failed, and what ran before runs again.
        TIMED_OUT: the rollout goes on, but nobody waits for it any more.
        SUPERSEDED: another release has taken the place of this one.
        REFUSED: before anything was changed.
    """

    SUCCEEDED = 0
    FAILED = 1
    BAD_INPUT = 2
    ROLLED_BACK = 3
    TIMED_OUT = 4
    SUPERSEDED = 5
    REFUSED = 6


class OperationError(Exception):
    """A verb cannot do its work.

    Attributes:
        what: happened, and why: one sentence without a full stop.
        fix: what to type or to change; one sentence.
        exit_code: of the command.
    """

    def __init__(self, what: str, *, fix: str, exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.exit_code = exit_code


class CredentialsExpiredError(OperationError):
    """AWS no longer takes the credentials; what was started there goes on."""


class UnavailableError(OperationError):
    """AWS does not answer right now, or answers that it was asked too often: the same question may do later."""
