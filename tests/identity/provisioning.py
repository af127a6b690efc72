"""What CloudFormation asks of AWS to provision the resource types of this app.

The actions are those that AWS publishes with each type: the permissions of its handlers and its tagging, in the
provider schemas that cfn-lint brings. The table adds what is particular to this app.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.identity.names import REGION, ROUTING_KEY, STACK_TAG, arn, role_arn
from tests.identity.provisioned import Provisioning
from tests.identity.provisioning_table import CONTEXT, CUSTOM_RESOURCE, TYPES, WITHOUT_RESOURCE
from tests.identity.service_reference import actions, fits, resource_types
from tests.identity.simulation import Context

HANDLERS = ("create", "read", "update", "delete")  # `list` serves resource scans, which nobody runs with this role


@dataclass(frozen=True)
class Request:
    """One call of a handler."""

    action: str
    resource: str
    context: Context


OF_EVERY_STACK = (
    Request("ssm:GetParameters", arn("ssm", "parameter/cdk-bootstrap/hnb659fds/version"), {}),
    Request("cloudformation:DescribeStacks", arn("cloudformation", "stack/slipway-prod-network/0123"), {}),
)
"""The parameter that CDK adds, and `Fn::GetStackOutput` ("Simplify cross-account ... output references")."""

OF_REFERENCES = (Request("secretsmanager:GetSecretValue", ROUTING_KEY, {}),)
"""What is in a template as `{{resolve:...}}`, CloudFormation reads itself: of PagerDuty's secret the routing key."""


def schema(type_name: str) -> Mapping[str, Any]:
    """What AWS publishes about that type."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - it takes half a second

    published: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_name).schema
    return published


@cache
def published(type_name: str) -> Mapping[str, frozenset[str]]:
    """The actions of each handler of that type and of its tagging, without names that IAM does not know."""
    known = schema(type_name)
    by_handler = {handler: known.get("handlers", {}).get(handler, {}).get("permissions", ()) for handler in HANDLERS}
    by_handler["tagging"] = known.get("tagging", {}).get("permissions", ())
    return {
        handler: frozenset(action for action in permissions if actions(action))
        for handler, permissions in by_handler.items()
    }


def requests(type_name: str) -> list[Request]:
    """Every call that the handlers of that type make for this app.

    Raises:
        LookupError: an action's resource is none of those in the table.
    """
    entry = TYPES[type_name]
    unused = {action for reason in entry.unused.values() for action in reason}
    return [
        request
        for handler, names in published(type_name).items()
        for action in sorted(names - unused)
        for request in _requests(entry, action, creating=handler == "create")
    ] + _further(entry)


@cache
def all_requests() -> Sequence[tuple[str, Request]]:
    """Those of every type, of custom resources, and of what is in every template, each with what it is for."""
    return (
        *((name, each) for name in TYPES for each in requests(name)),
        *(("custom resources", each) for each in _further(CUSTOM_RESOURCE)),
        *(("every stack", each) for each in OF_EVERY_STACK),
        *(("references", each) for each in OF_REFERENCES),
    )


def _further(entry: Provisioning) -> list[Request]:
    return [request for action in entry.further for request in _requests(entry, action, creating=False)]


def _requests(entry: Provisioning, action: str, *, creating: bool) -> Iterator[Request]:
    if action == "iam:PassRole" and entry.passed:
        yield Request(action, entry.passed[0], {"iam:PassedToService": entry.passed[1]})
        return
    if action == "iam:CreateServiceLinkedRole" and entry.linked:
        for service in entry.linked:
            linked = role_arn(f"aws-service-role/{service}/AWSServiceRole")
            yield Request(action, linked, {"iam:AWSServiceName": service})
        return
    if not resource_types(action) or action in WITHOUT_RESOURCE:
        yield Request(action, "*", CONTEXT.get(action, {}))
        return
    fitting = [each for each in (*entry.new, *entry.existing) if fits(each, action)]
    if not fitting:
        raise LookupError(f"{action} takes {list(resource_types(action).values())}: none of these is in the table")
    for resource in fitting:
        # What is only being created has no tags yet.
        tagged = action.startswith(("acm:", "aps:", "cognito-idp:", "ec2:")) and not (
            creating and resource in entry.new
        )
        tags = {STACK_TAG: "slipway-prod-network"} if tagged else {}
        yield Request(action, resource, {**CONTEXT.get(action, {}), **tags})
