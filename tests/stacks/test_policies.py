"""What no policy of the app may say, whoever it is attached to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, templates_of
from tests.identity.service_reference import actions, resource_types

VARIANTS = ("assembly", "sandbox_assembly", "assembly_with_every_option", "one_account")

# AWS documents a resource type of these, and yet only * serves.
WITHOUT_USABLE_TYPE = {
    "ecs:ListTasks": "its only type is the container instance, which a task of Fargate has none of; its condition on "
    "the cluster is how AWS itself bounds it (Amazon ECS developer guide, identity-based policy examples)",
}


@dataclass(frozen=True)
class Grant:
    """A statement of a policy that allows something.

    Attributes:
        type_name: of the resource that has the policy.
    """

    place: str
    type_name: str
    actions: list[str]
    resources: list[Any]
    statement: dict[str, Any]


def grants(templates: dict[str, Template]) -> Iterator[Grant]:
    """Those of all policies but trust policies, which have no resource, and key policies, in which * is the key."""
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            for document in documents(resource.get("Properties", {})):
                for each in document["Statement"]:
                    if each["Effect"] == "Allow":
                        actions, resources = listed(each["Action"]), listed(each.get("Resource", []))
                        yield Grant(f"{stack}/{name}", resource["Type"], actions, resources, each)


def documents(value: Any, key: str = "") -> Iterator[dict[str, Any]]:
    if key in {"KeyPolicy", "AssumeRolePolicyDocument"}:
        return
    if isinstance(value, dict) and isinstance(value.get("Statement"), list):  # that of a rule of AWS WAF is no list
        yield value
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from documents(inside, name)
    elif isinstance(value, list):
        for inside in value:
            yield from documents(inside)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(params=VARIANTS)
def granted(request: pytest.FixtureRequest) -> list[Grant]:
    """By the policies of one variant."""
    assembly: CloudAssembly = request.getfixturevalue(request.param)
    return list(grants(templates_of(assembly)))


def test_everything_is_a_resource_only_where_aws_takes_nothing_narrower(granted: list[Grant]) -> None:
    anywhere = {(each.place, action) for each in granted if "*" in each.resources for action in each.actions}
    assert "ecr:GetAuthorizationToken" in {action for _, action in anywhere}
    needless = {(place, action) for place, action in anywhere if resource_types(action)}
    assert {(place, action) for place, action in needless if action not in WITHOUT_USABLE_TYPE} == set()


def test_what_is_excused_has_a_type_in_the_documentation_and_is_bound_by_a_condition(granted: list[Grant]) -> None:
    excused = [each for each in granted if WITHOUT_USABLE_TYPE.keys() & set(each.actions)]
    assert {action for each in excused for action in each.actions} == {"ecs:ListTasks"}
    for each in excused:
        assert "ecs:cluster" in each.statement["Condition"]["ArnEquals"], each.place
    assert all(resource_types(action) for action in WITHOUT_USABLE_TYPE)


def test_what_a_role_is_granted_exists_and_is_written_out(granted: list[Grant]) -> None:
    of_roles = [each for each in granted if each.type_name.startswith("AWS::IAM::")]
    assert len(of_roles) > 10
    for each in of_roles:
        assert not {"NotAction", "NotResource"} & each.statement.keys(), each.place
        for action in each.actions:
            assert "*" not in action, each.place
            assert actions(action), each.place
