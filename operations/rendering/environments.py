"""`slipway environments` as text."""

from collections.abc import Iterable, Sequence

from configuration import Environment
from operations.github import role_variable

WIDTH = 22
"""Of the first column: two more than a name may have characters."""


def lines(environments: Sequence[Environment]) -> list[str]:
    """A line each."""
    return [
        f"{each.name:{WIDTH}}{each.account}  {each.region:16}{each.branch or '(no branch)'}" for each in environments
    ]


def as_data(environments: Iterable[Environment]) -> list[dict[str, str | None]]:
    """The same as plain data."""
    return [
        {
            "name": each.name,
            "account": each.account,
            "region": each.region,
            "branch": each.branch,
            "github_environment": each.github_environment,
            "diff_role_variable": role_variable("diff", each),
            "drift_role_variable": role_variable("drift", each),
        }
        for each in environments
    ]
