"""What an EventBridge rule does with an event: whether its pattern matches, and what its target is sent.

By "Comparison operators for use in event patterns" and "Amazon EventBridge input transformation", as far as the rules
of this app use them.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

Rule = dict[str, Any]


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether the event has every field of the pattern with one of its values."""
    return all(
        any(matches(each, event) for each in wanted) if key == "$or" else key in event and _has(wanted, event[key])
        for key, wanted in pattern.items()
    )


def sent(rule: Rule, event: dict[str, Any]) -> str:
    """What the rule's one target is sent of an event that matches."""
    assert matches(rule["EventPattern"], event)
    (target,) = rule["Targets"]
    transformer = target["InputTransformer"]
    values = {name: _at(path, event) for name, path in transformer["InputPathsMap"].items()}
    parts = re.split(r'("(?:\\.|[^"\\])*")', transformer["InputTemplate"])
    return "".join(_filled(part, values, in_string=part.startswith('"')) for part in parts)


def sent_as_json(rule: Rule, event: dict[str, Any]) -> dict[str, Any]:
    """The same, of a target that takes JSON."""
    body: dict[str, Any] = json.loads(sent(rule, event))
    return body


def _has(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and matches(wanted, actual)
    values = actual if isinstance(actual, list) else [actual]
    return any(_fits(each, value) for each in wanted for value in values)


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and "wildcard" in wanted:
        return fnmatchcase(str(value), wanted["wildcard"])
    if isinstance(wanted, dict):  # a reference to a resource, whose name these events do not know
        return True
    return bool(wanted == value)


def _at(path: str, event: dict[str, Any]) -> Any:
    found: Any = event
    for key in path.removeprefix("$.").split("."):
        found = found[key]  # a variable without a value would leave a gap in the JSON
    return found


def _filled(part: str, values: dict[str, Any], *, in_string: bool) -> str:
    """Within quotes EventBridge puts in the plain text, unescaped; outside of them the value as JSON."""

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        return str(found) if in_string else json.dumps(found)

    return re.sub(r"<([\w-]+)>", value, part)
