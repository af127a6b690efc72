"""What `cdk diff` said of the deployed stacks: as text, and as a part of the comment on a pull request."""

from collections.abc import Callable, Sequence

from operations.rendering.markdown import block, code, details, plain
from operations.review.deployed import DeployedDiff

LONGEST = 12_000
"""Characters of one environment's diff in a comment: five of them fit beside the rest."""

FROM_A_FORK = (
    "Compared with the templates of the base commit. What is deployed was not asked: a pull request from a fork gets "
    "no credentials, and no comment either."
)


def lines(diff: DeployedDiff) -> list[str]:
    """As `slipway diff` prints it."""
    return [*([diff.text] if diff.text else []), *_elsewhere(diff, str)]


def against_what_is_deployed(diffs: Sequence[DeployedDiff]) -> list[str]:
    """A section of the comment."""
    if not diffs:
        return []
    lines = ["### Against what is deployed", ""]
    for each in diffs:
        lines += [*_of_environment(each), ""]
    return lines[:-1]


def _of_environment(diff: DeployedDiff) -> list[str]:
    name = plain(diff.environment)
    if diff.problem:
        return [f"{name} could not be compared: {plain(diff.problem)}."]
    elsewhere = _elsewhere(diff, code)
    changed = [line for line in diff.text.splitlines() if line.startswith(("[+]", "[-]", "[~]"))]
    if not changed:
        return [f"{name} is deployed as this change wants it.", *elsewhere]
    return [*elsewhere, *details(f"{name}: what cdk diff says", block(diff.text, longest=LONGEST))]


def _elsewhere(diff: DeployedDiff, written: Callable[[str], str]) -> list[str]:
    if not diff.elsewhere:
        return []
    stacks = ", ".join(written(each) for each in diff.elsewhere)
    return [f"In another account than {diff.environment}, and not compared: {stacks}."]
