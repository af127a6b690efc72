"""The policies in bootstrap/, and roles that have them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.conftest import PROJECT
from tests.identity.names import ACCOUNT, BOUNDARY, REGION, role_arn
from tests.identity.policies import allow, document
from tests.identity.roles import Policy, Role

DOCUMENTS: Mapping[str, Policy] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PROJECT / "bootstrap").glob("*.json"))
}
LIMIT = DOCUMENTS["permissions-boundary"]
EXECUTION = {name: policy for name, policy in DOCUMENTS.items() if name.startswith("cloudformation-execution")}
ANYTHING = {"Anything": document(allow("*", "*"))}


@dataclass(frozen=True)
class Statement:
    """One statement, with lists where a policy may have a single value."""

    actions: list[str]
    resources: list[str]
    condition: Mapping[str, Mapping[str, Any]]


def allowed(policy: Policy) -> Iterator[Statement]:
    """What that policy allows; what it denies is left out."""
    for each in policy["Statement"]:
        if each["Effect"] == "Allow":
            yield Statement(listed(each["Action"]), listed(each["Resource"]), each.get("Condition", {}))


def listed(value: str | list[str]) -> list[str]:
    """A single value as a list of one."""
    return [value] if isinstance(value, str) else value


def role_with(policies: Mapping[str, Policy], *, name: str = "any", boundary: Policy | None = None) -> Role:
    """A role of the app's account.

    Args:
        boundary: omitted, nothing limits the policies.
    """
    return Role(
        name=name,
        arn=role_arn(name),
        account=ACCOUNT,
        region=REGION,
        trust_policy={},
        policies=policies,
        managed_policies={},
        boundary={BOUNDARY: boundary} if boundary else {},
        max_session_duration=3600,
        tags={},
    )


CLOUDFORMATION = role_with(EXECUTION, name=f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}")
"""As `cdk bootstrap --cloudformation-execution-policies` makes it."""
