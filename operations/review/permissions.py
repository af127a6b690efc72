"""Which roles may do more than before, and which resources let more in: policies of IAM and of resources."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from operations.review.policies import Condition, Describe, Grant, documents, grants
from operations.review.report import Broadening
from operations.review.resources import Key, Resource, Resources
from operations.review.values import children, pointers
from operations.review.wording import allows, no_longer_denies, trusts

# The properties by which a policy that is a resource of its own says whom or what it is about.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "AWS::IAM::GroupPolicy": ("GroupName",),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::Lambda::Permission": ("FunctionName",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
}

TRUST = "AssumeRolePolicyDocument"


@dataclass
class _Held:
    """What policies say about one role or resource."""

    policies: list[Grant] = field(default_factory=list)
    trust: list[Grant] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    boundary: str | None = None


def broadened_permissions(base: Resources, head: Resources) -> Iterator[Broadening]:
    """What policies in HEAD allow, or no longer deny, and policies in BASE did not; removals are not reported."""
    before, after = _held(base), _held(head)
    for key, resource in head.items():
        for grant in _broader(before.get(key, _Held()), after.get(key, _Held())):
            known = base.get(key)
            yield Broadening(
                environment=resource.environment,
                stack=resource.stack,
                resource=(known or resource).path,
                logical_id=resource.logical_id,
                grant=grant,
                new=known is None,
            )


def _held(resources: Resources) -> dict[Key, _Held]:
    held: dict[Key, _Held] = {}
    for resource in resources.values():
        describe = partial(resources.described, stack_key=resource.key[0])
        about = [held.setdefault(key, _Held()) for key in _subjects(resource, resources)]
        for name, document in documents(resource.properties, describe):
            for each in about:
                (each.trust if name == TRUST else each.policies).extend(grants(document, describe))
        for each in about:
            each.policies.extend(_invocation(resource, describe))
        for each in about if resource.type.startswith("AWS::IAM::") else ():
            arns = resource.properties.get("ManagedPolicyArns", [])
            each.managed += [describe(arn) for _, arn in children(arns)]
            if "PermissionsBoundary" in resource.properties:
                each.boundary = describe(resource.properties["PermissionsBoundary"])
    return held


def _subjects(resource: Resource, resources: Resources) -> Iterable[Key]:
    names = SUBJECTS.get(resource.type, ())
    found = dict.fromkeys(pointer.target for name in names for _, pointer in pointers(resource.properties.get(name)))
    return [key for key in found if key in resources] or [resource.key]


def _invocation(resource: Resource, describe: Describe) -> Iterator[Grant]:
    """A Lambda permission is a statement without a document."""
    if resource.type == "AWS::Lambda::Permission":
        values = {name: describe(value) for name, value in resource.properties.items()}
        conditions = frozenset(
            Condition("StringEquals", name, frozenset([values[name]]))
            for name in ("SourceArn", "SourceAccount", "PrincipalOrgID", "FunctionUrlAuthType")
            if name in values
        )
        yield Grant(
            allows=True,
            principal=values.get("Principal", ""),
            action=values.get("Action", ""),
            resource="",
            conditions=conditions,
        )


def _broader(before: _Held, after: _Held) -> Iterator[str]:
    yield from trusts(_not_covered(after.trust, before.trust, allows=True), before.trust)
    yield from allows(_not_covered(after.policies, before.policies, allows=True), before.policies)
    yield from no_longer_denies(
        _not_covered([*before.policies, *before.trust], [*after.policies, *after.trust], allows=False)
    )
    yield from (f"has the managed policy {arn}" for arn in after.managed if arn not in before.managed)
    if before.boundary is not None and before.boundary != after.boundary:
        yield f"has the permissions boundary {after.boundary}" if after.boundary else "has no permissions boundary"


def _not_covered(these: Iterable[Grant], by: Iterable[Grant], *, allows: bool) -> list[Grant]:
    return [each for each in these if each.allows is allows and not any(other.covers(each) for other in by)]
