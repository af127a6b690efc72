"""The account and the region that code of the emulator acts for."""

from contextlib import AbstractContextManager

from sandbox.emulator.internals import internal


def scope_of(arn: str) -> AbstractContextManager[None]:
    """Act for the account and the region of that ARN inside of the block."""
    _, _, _, region, account, *_ = arn.split(":")
    scope: AbstractContextManager[None] = internal("core.responses", "request_scope")(account, region)
    return scope
