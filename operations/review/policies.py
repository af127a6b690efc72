"""What the statements of a policy grant, one action on one resource at a time, so that two policies can be compared."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from operations.review.values import children

Describe = Callable[[Any], str]
"""A resolved value in words."""

EVERYONE = "*"


@dataclass(frozen=True)
class Condition:
    """One line of a statement's condition: it holds if the key has one of the values."""

    operator: str
    key: str
    values: frozenset[str]

    def __str__(self) -> str:
        return f"{self.operator} {self.key} {' or '.join(sorted(self.values))}"


@dataclass(frozen=True)
class Grant:
    """One action of one principal on one resource, allowed or denied.

    Attributes:
        principal: such as `Service:ecs-tasks.amazonaws.com`; empty in a policy of an identity, which is about itself.
        resource: empty in a policy of a resource that is about itself, and in a trust policy.
    """

    allows: bool
    principal: str
    action: str
    resource: str
    conditions: frozenset[Condition]

    def covers(self, other: "Grant") -> bool:
        """Whether all that the other one is about, this one is about too; if in doubt, it is not."""
        return (
            self.allows == other.allows
            and self.principal in {other.principal, EVERYONE}
            and _matches(self.action.lower(), other.action.lower())
            and _matches(self.resource, other.resource)
            and all(any(_is_narrower(each, mine) for each in other.conditions) for mine in self.conditions)
        )


def documents(properties: Mapping[str, Any], describe: Describe) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy document in a resource's properties, with the name of the property that holds it."""
    for name, value in properties.items():
        for document in _documents(value, describe):
            yield name, document


def _documents(value: Any, describe: Describe) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict | list):
        for _, each in children(value):
            yield from _documents(each, describe)
    elif (text := describe(value)).startswith("{"):  # CloudWatch Logs takes its policies as text
        try:
            yield from _documents(json.loads(text), describe)
        except ValueError:
            return


def grants(document: Mapping[str, Any], describe: Describe) -> Iterator[Grant]:
    """What that policy document allows and denies. A firewall's rules have statements too, but no effect."""
    for statement in _listed(document["Statement"]):
        if isinstance(statement, dict) and "Effect" in statement:
            yield from _grants(statement, describe)


def _grants(statement: Mapping[str, Any], describe: Describe) -> Iterator[Grant]:
    conditions = frozenset(_conditions(statement.get("Condition", {}), describe))
    for principal, action, resource in product(
        _principals(statement, describe) or [""],
        _either(statement, "Action", describe) or [""],
        _either(statement, "Resource", describe) or [""],
    ):
        yield Grant(statement.get("Effect") != "Deny", principal, action, resource, conditions)


def _principals(statement: Mapping[str, Any], describe: Describe) -> list[str]:
    named = []
    for key, prefix in (("Principal", ""), ("NotPrincipal", "everyone but ")):
        match statement.get(key):
            case None:
                pass
            case dict() as kinds:
                named += [
                    prefix + (EVERYONE if describe(each) == EVERYONE else f"{kind}:{describe(each)}")
                    for kind, values in kinds.items()
                    for each in _listed(values)
                ]
            case value:
                named += [prefix + describe(each) for each in _listed(value)]
    return named


def _either(statement: Mapping[str, Any], key: str, describe: Describe) -> list[str]:
    """The values of `Action` or `Resource`; those of their opposites as one text that only equals itself."""
    listed = [describe(each) for each in _listed(statement.get(key, []))]
    excluded = sorted(describe(each) for each in _listed(statement.get(f"Not{key}", [])))
    return [*listed, f"everything but {', '.join(excluded)}"] if excluded else listed


def _conditions(condition: Any, describe: Describe) -> Iterator[Condition]:
    for operator, keys in children(condition):
        for key, values in children(keys):
            yield Condition(str(operator), str(key), frozenset(describe(each) for each in _listed(values)))


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _is_narrower(condition: Condition, than: Condition) -> bool:
    if (condition.operator, condition.key.lower()) != (than.operator, than.key.lower()):
        return False
    if "Not" in condition.operator:
        return condition.values >= than.values
    return condition.values <= than.values


def _matches(pattern: str, text: str) -> bool:
    return pattern == text or _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Of IAM's wildcards; what is not one character for sure, such as a wildcard, is not what `?` stands for."""
    wildcards = {"*": ".*", "?": "[^*?]"}
    collapsed = re.sub(r"\*+", "*", pattern)
    return re.compile("".join(wildcards.get(character, re.escape(character)) for character in collapsed), re.DOTALL)
