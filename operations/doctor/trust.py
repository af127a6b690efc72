"""What the trust policy of a role accepts of a token of GitHub's.

Read are the policies that stacks/identity.py makes: statements that allow `sts:AssumeRoleWithWebIdentity` to GitHub's
provider under conditions on the token's claims. A statement with an operator that is not known here accepts nothing, so
that no role is said to accept what it does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

ISSUER = "token.actions.githubusercontent.com"
ACTION = "sts:AssumeRoleWithWebIdentity"
EXACT, PATTERN = "StringEquals", "StringLike"


@dataclass(frozen=True)
class Statement:
    """A way in for tokens.

    Attributes:
        claims: that a token needs, each with the values or, under `StringLike`, the patterns that do.
        patterns: the claims that are compared as patterns.
        unknown: operators that are not understood.
    """

    claims: Mapping[str, tuple[str, ...]]
    patterns: frozenset[str]
    unknown: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The `sub` claims that it accepts."""
        return self.claims.get("sub", ())

    def mismatch(self, claims: Mapping[str, str]) -> str:
        """Why it refuses a token with these claims; empty if it accepts it."""
        if self.unknown:
            return f"its condition {', '.join(self.unknown)} is not understood here"
        for name, accepted in self.claims.items():
            actual = claims.get(name)
            if actual is None:
                return f"the token has no {name}"
            matches = fnmatchcase if name in self.patterns else str.__eq__
            if not any(matches(actual, each) for each in accepted):
                return f"{name} is {actual}, and has to be {' or '.join(accepted)}"
        return ""


def statements(document: Mapping[str, Any]) -> list[Statement]:
    """The ways in for tokens of GitHub's that a trust policy has."""
    return [
        _statement(each)
        for each in _listed(document.get("Statement", []))
        if each.get("Effect") == "Allow" and ACTION in _listed(each.get("Action", [])) and _is_of_github(each)
    ]


def services(document: Mapping[str, Any]) -> set[str]:
    """The services of AWS that a trust policy lets in."""
    return {
        service
        for each in _listed(document.get("Statement", []))
        if each.get("Effect") == "Allow" and "sts:AssumeRole" in _listed(each.get("Action", []))
        for service in _listed(_principal(each).get("Service", []))
    }


def _is_of_github(statement: Mapping[str, Any]) -> bool:
    return any(ISSUER in str(each) for each in _listed(_principal(statement).get("Federated", [])))


def _principal(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    principal = statement.get("Principal", {})
    return principal if isinstance(principal, dict) else {}


def _statement(statement: Mapping[str, Any]) -> Statement:
    claims: dict[str, tuple[str, ...]] = {}
    patterns: set[str] = set()
    unknown: list[str] = []
    for operator, conditions in statement.get("Condition", {}).items():
        if operator not in {EXACT, PATTERN}:
            unknown.append(operator)
            continue
        for key, values in conditions.items():
            claim = key.rpartition(":")[2]
            claims[claim] = tuple(str(each) for each in _listed(values))
            if operator == PATTERN:
                patterns.add(claim)
    return Statement(claims, frozenset(patterns), tuple(unknown))


def _listed(value: Any) -> list[Any]:
    """IAM writes a list of one as its only element."""
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return list(value)
    return [value]
