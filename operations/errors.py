"""What a verb says when it cannot do its work."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can tell apart."""

    SUCCEEDED = 0
    FAILED = 1
    BAD_INPUT = 2


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
