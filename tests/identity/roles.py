"""The roles of synthesised templates, with everything that is attached to them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.identity.cloudformation import Resolver, Resource, StackTemplate, UnresolvableError

Policy = Mapping[str, Any]
_Place = tuple[str, str]  # account and name: what a policy names its role by


@dataclass(frozen=True)
class Role:
    """One role.

    Attributes:
        region: that its stack is deployed to; a role itself belongs to all regions of its account.
        policies: by name: those in the role itself, and every `AWS::IAM::Policy` and `AWS::IAM::RolePolicy` of it.
        managed_policies: by ARN; None for the document of one that no template has, such as AWS's own.
        boundary: as `managed_policies`, with one entry or none.
        max_session_duration: in seconds.
    """

    name: str
    arn: str
    account: str
    region: str
    trust_policy: Policy
    policies: Mapping[str, Policy]
    managed_policies: Mapping[str, Policy | None]
    boundary: Mapping[str, Policy | None]
    max_session_duration: int
    tags: Mapping[str, str]

    @property
    def unread_policies(self) -> list[str]:
        """The ARNs of its managed policies and its boundary whose documents are not known."""
        return [arn for arn, document in {**self.managed_policies, **self.boundary}.items() if document is None]


def roles_of(stacks: Sequence[StackTemplate], *, documents: Mapping[str, Policy] | None = None) -> list[Role]:
    """All roles of these stacks; the stacks may refer to each other.

    Args:
        documents: of managed policies that no template has, by ARN. Omitted, `Role.unread_policies` names these.

    Raises:
        UnresolvableError: a value cannot be told from the templates, or a policy is attached to a role in none of them.
    """
    known = dict(documents or {})
    inline: dict[_Place, list[tuple[str, Policy]]] = defaultdict(list)
    managed: dict[_Place, list[str]] = defaultdict(list)
    for stack, logical_id, resource in _all(stacks, "AWS::IAM::ManagedPolicy"):
        resolver = Resolver(stack, stacks)
        properties, arn = resolver.resolve(resource["Properties"]), resolver.resolve({"Ref": logical_id})
        known[arn] = properties["PolicyDocument"]
        for name in properties.get("Roles", []):
            managed[stack.account, name].append(arn)
    for stack, _logical_id, resource in _all(stacks, "AWS::IAM::Policy", "AWS::IAM::RolePolicy"):
        properties = Resolver(stack, stacks).resolve(resource["Properties"])
        for name in properties.get("Roles", [properties["RoleName"]] if "RoleName" in properties else []):
            inline[stack.account, name].append((properties["PolicyName"], properties["PolicyDocument"]))
    roles = [
        _role(Resolver(stack, stacks), logical_id, resource, inline, managed, known)
        for stack, logical_id, resource in _all(stacks, "AWS::IAM::Role")
    ]
    if strangers := (inline.keys() | managed.keys()) - {(role.account, role.name) for role in roles}:
        raise UnresolvableError(f"policies are attached to roles that no template has: {sorted(strangers)}")
    return roles


def _all(stacks: Sequence[StackTemplate], *types: str) -> Iterator[tuple[StackTemplate, str, Resource]]:
    return ((stack, logical_id, resource) for stack in stacks for logical_id, resource in stack.of_type(*types))


def _role(
    resolver: Resolver,
    logical_id: str,
    resource: Resource,
    inline: Mapping[_Place, Sequence[tuple[str, Policy]]],
    managed: Mapping[_Place, Sequence[str]],
    known: Mapping[str, Policy],
) -> Role:
    properties = resolver.resolve(resource["Properties"])
    arn, name, account, region = (
        resolver.resolve(each)
        for each in (
            {"Fn::GetAtt": [logical_id, "Arn"]},
            {"Ref": logical_id},
            {"Ref": "AWS::AccountId"},
            {"Ref": "AWS::Region"},
        )
    )
    policies = [(policy["PolicyName"], policy["PolicyDocument"]) for policy in properties.get("Policies", [])]
    policies += inline.get((account, name), [])
    if len(dict(policies)) < len(policies):
        raise UnresolvableError(f"{arn} has policies of the same name: the last deployed would replace the others")
    boundary = properties.get("PermissionsBoundary")
    return Role(
        name=name,
        arn=arn,
        account=account,
        region=region,
        trust_policy=properties["AssumeRolePolicyDocument"],
        policies=dict(policies),
        managed_policies={
            each: known.get(each)
            for each in [*properties.get("ManagedPolicyArns", []), *managed.get((account, name), [])]
        },
        boundary={boundary: known.get(boundary)} if boundary else {},
        max_session_duration=int(properties.get("MaxSessionDuration", 3600)),  # the default of IAM
        tags={tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])},
    )
