"""What the AWS session of the shell says, if there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from configuration.project import SANDBOX_ACCOUNT
from operations.aws import Aws, explained, of_shell
from operations.errors import OperationError

ANY_REGION = "us-east-1"
"""Where STS is asked by a session without a region: every account has it."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Account:
    """The account and the region of the session.

    Attributes:
        id: empty if AWS could not be asked.
        region: empty if the session has none.
        trouble: why AWS could not be asked; empty if it could.
    """

    id: str = ""
    region: str = ""
    trouble: str = ""

    def zones(self, region: str) -> list[str]:
        """The zones that it can use there; empty if it may not ask."""
        from operations.gateways.ec2 import Ec2  # noqa: PLC0415 - only who has a session needs it

        return _asked(lambda aws: Ec2(aws).zones(), [], region)

    def hosted_zone(self, name: str) -> str:
        """The id of its public hosted zone of that name; empty if there is none, or it may not ask."""
        from operations.gateways.route53 import Route53  # noqa: PLC0415 - as above

        return _asked(lambda aws: Route53(aws).public_zone(name) or "", "", self.region)


def look() -> Account:
    """Ask the session of the shell who it is. One that leads to the emulated AWS counts as none."""
    from operations.gateways.sts import Sts  # noqa: PLC0415 - as above

    try:
        aws = of_shell()
        region = aws.session.region_name or ""
        aws = aws if region else of_shell(ANY_REGION)
        with explained(aws):
            account = Sts(aws).account()
    except OperationError as error:
        return Account(trouble=error.what)
    if account == SANDBOX_ACCOUNT:
        return Account(trouble="the shell's AWS settings lead to the sandbox")
    return Account(account, region)


def _asked(ask: Callable[[Aws], Answer], otherwise: Answer, region: str) -> Answer:
    try:
        aws = of_shell(region)
        with explained(aws):
            return ask(aws)
    except OperationError:
        return otherwise
