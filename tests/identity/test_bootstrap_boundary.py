"""The boundary in bootstrap/ lets the roles do their work, and has no room for anything that nobody does."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.identity.bootstrap import ANYTHING, LIMIT, allowed, role_with
from tests.identity.cloudformation import Resolver, StackTemplate
from tests.identity.names import KEY, arn
from tests.identity.policies import document
from tests.identity.roles import Policy, Role
from tests.identity.service_reference import actions, fits
from tests.identity.simulation import Access, Context, decide

Grant = tuple[str, str, Context]  # action, resource, condition keys

VIA_SECRETS_MANAGER: Context = {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}
ROOM: list[Grant] = [
    *((f"xray:Put{what}", "*", {}) for what in ("TelemetryRecords", "TraceSegments")),
    *((f"xray:GetSampling{what}", "*", {}) for what in ("Rules", "StatisticSummaries", "Targets")),
    ("cloudwatch:PutMetricData", "*", {}),
    ("aps:RemoteWrite", arn("aps", "workspace/ws-1"), {}),
    ("kms:Decrypt", KEY, VIA_SECRETS_MANAGER),
]
"""What no role has yet: traces and metrics of a collector beside the service, and secrets under keys of one's own."""


def grants(policy: Policy) -> Iterator[Grant]:
    """Every action on every resource that the policy allows, under conditions that are met."""
    for each in allowed(policy):
        met = [
            keys for operator, keys in each.condition.items() if operator != "Null"
        ]  # its keys are not in the request
        context = {key: value for keys in met for key, value in keys.items()}
        for action in (action for pattern in each.actions for action in actions(pattern)):
            for resource in each.resources:
                yield action, resource, context


def grants_to(role: Role) -> Iterator[Grant]:
    """What its own policies allow it."""
    for policy in (*role.policies.values(), *filter(None, role.managed_policies.values())):
        yield from grants(policy)


@pytest.fixture(scope="module")
def grants_of_buckets(installations: list[list[StackTemplate]]) -> list[Grant]:
    """What the policies of buckets allow roles of the app."""
    found: list[Grant] = []
    for stacks in installations:
        for stack in stacks:
            for _logical_id, resource in stack.of_type("AWS::S3::BucketPolicy"):
                policy = Resolver(stack, stacks).resolve(resource["Properties"]["PolicyDocument"])
                for statement in policy["Statement"]:
                    if ":role/" in str(statement["Principal"].get("AWS")):
                        found += [grant for grant in grants(document(statement)) if fits(grant[1], grant[0])]
    return found


def covered(grant: Grant) -> bool:
    """Whether the boundary allows all of it. The simulator would tell of a * only that there is something."""
    action, resource, _context = grant
    return any(
        any(fnmatchcase(action, pattern) for pattern in each.actions)
        and any(fnmatchcase(resource, pattern) for pattern in each.resources)
        for each in allowed(LIMIT)
    )


def test_the_boundary_takes_nothing_from_a_role(roles: list[Role]) -> None:
    asked = [Access(role, *grant) for role in roles for grant in grants_to(role)]
    assert asked
    cut = [each for each, answer in zip(asked, decide(asked), strict=True) if not answer]
    cut += [each for each in asked if not covered((each.action, each.resource, each.context))]
    assert [(each.role.name, each.action, each.resource) for each in cut] == []


def test_the_boundary_takes_nothing_that_a_bucket_gives(grants_of_buckets: list[Grant]) -> None:
    role = role_with(ANYTHING, boundary=LIMIT)
    asked = [Access(role, *grant) for grant in grants_of_buckets]
    assert asked
    cut = [grant for grant, answer in zip(grants_of_buckets, decide(asked), strict=True) if not answer]
    assert cut + [grant for grant in grants_of_buckets if not covered(grant)] == []


def test_the_boundary_leaves_room_for_what_roles_may_be_given() -> None:
    role = role_with(ANYTHING, boundary=LIMIT)
    asked = [Access(role, *grant) for grant in ROOM]
    assert [each.action for each, answer in zip(asked, decide(asked), strict=True) if not answer] == []


def test_the_boundary_leaves_no_other_room(roles: list[Role], grants_of_buckets: list[Grant]) -> None:
    known = {action for role in roles for action, _resource, _context in grants_to(role)}
    known |= {action for action, _resource, _context in (*grants_of_buckets, *ROOM)}
    patterns = {pattern for each in allowed(LIMIT) for pattern in each.actions}
    assert {each for each in patterns if not known.intersection(actions(each))} == set()
