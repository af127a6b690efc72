"""What somebody changed by hand: deployed resources that are no longer as their stacks say."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from configuration import Configuration, Environment
from operations.cdk import reader, stands_for_account
from operations.errors import OperationError
from operations.review.assembly import read_assembly
from operations.review.names import SHARED, environment_of
from operations.review.printed import read_printed

TOTAL = re.compile(r"Number of resources with drift: (\d+)(?: \((\d+) unchecked\))?")
"""The CDK CLI's last line."""

UNAVAILABLE = "Failed to check drift for"


@dataclass(frozen=True)
class Drift:
    """Of one environment, and of what its account shares.

    Attributes:
        drifted: number of resources that were changed or deleted.
        unchecked: of those of a type for which CloudFormation detects no drift.
        text: of `cdk drift`; empty where there is a problem.
        problem: why nothing is known; otherwise empty.
    """

    environment: str
    drifted: int = 0
    unchecked: int = 0
    text: str = ""
    problem: str = ""

    @property
    def clean(self) -> bool:
        """Whether everything is as its stack says."""
        return not self.drifted and not self.problem

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def find_drift(configuration: Configuration, environment: Environment, folder: Path) -> Drift:
    """Have CloudFormation compare the stacks of that environment with what is there, as CDK's lookup role.

    It takes CloudFormation up to some minutes; the CLI waits for five of each stack.

    Args:
        folder: what `cdk synth` wrote for the code that is deployed.

    Raises:
        ConfigurationError: the folder is none of that kind.
        OperationError: AWS cannot be asked, a stack is not deployed, or the detection fails.
    """
    wanted = {environment.name, *([SHARED] if stands_for_account(configuration, environment) else [])}
    stacks = [
        each.stack
        for each in read_assembly(folder).templates
        if environment_of(each.name) in wanted and each.account == environment.account
    ]
    if not stacks:
        raise OperationError(
            f"{folder} has no stack of {environment.name}", fix="Run make synth, and name the folder that it writes."
        )
    cdk = reader(configuration, environment, doing=f"look for drift in {environment.name}")
    text = cdk.run("drift", *stacks, "--app", str(folder.absolute()))
    total = TOTAL.search(text)
    if total is None or UNAVAILABLE in text:
        raise OperationError(
            f"the CDK CLI does not say how much has drifted in {environment.name}:\n{text}",
            fix="Run npx cdk drift with the same credentials.",
        )
    return Drift(environment.name, drifted=int(total[1]), unchecked=int(total[2] or 0), text=text)


def read_drifts(paths: Sequence[Path]) -> list[Drift]:
    """What `slipway drift --json` wrote.

    Raises:
        ConfigurationError: a file is something else.
    """
    return read_printed(
        paths,
        "drift",
        lambda printed: Drift(
            environment=str(printed["environment"]),
            drifted=int(printed["drifted"]),
            unchecked=int(printed["unchecked"]),
            text=str(printed["text"]),
            problem=str(printed["problem"]),
        ),
    )
