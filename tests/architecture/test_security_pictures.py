"""The pictures of the ways into AWS: who is trusted as what, what a role may, and what caps all of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from configuration import Configuration
from tests.architecture.document import ENVIRONMENT, chart, code, rows
from tests.architecture.mermaid import Edge
from tests.architecture.workflows import JOBS, Job, steps_using
from tests.conftest import PROJECT, Template, resources

WAYS = chart("Ways into AWS")
ISSUER = "token.actions.githubusercontent.com:"
OF_EVERY_ROLE = {"aud", "repository_id", "repository_owner_id"}
"""The claims that all of them ask for, besides `sub`."""

READING = re.compile(r"\w+:(Describe|List|Get|BatchGet|BatchCheck|Filter|Simulate)\w+")


@pytest.fixture(scope="module")
def roles(templates: Mapping[str, Template], configuration: Configuration) -> dict[str, dict[str, Any]]:
    """Of the account of the pictures' environment, by name: properties, and the statements of their policies."""
    account = configuration.environment(ENVIRONMENT).account
    template = templates[configuration.select().identity_stack_id(account)]
    found = {
        logical_id: {**each["Properties"], "Statements": []}
        for logical_id, each in template["Resources"].items()
        if each["Type"] == "AWS::IAM::Role"
    }
    for policy in resources(template, "AWS::IAM::Policy"):
        for role in policy["Roles"]:
            found[role["Ref"]]["Statements"] += policy["PolicyDocument"]["Statement"]
    return {each["RoleName"]: each for each in found.values()}


def trusting() -> dict[str, Edge]:
    """The arrows to the roles, by the role."""
    return {WAYS.title(edge.end): edge for edge in WAYS.edges if edge.label}


def condition(role: Mapping[str, Any]) -> dict[str, Any]:
    """What a token has to say, by claim."""
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    equals = statement["Condition"]["StringEquals"]
    assert set(statement["Condition"]) == {"StringEquals"}
    return {name.removeprefix(ISSUER): value for name, value in equals.items()}


def statements(role: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each action of a role, with the resources that it is for."""
    for statement in role["Statements"]:
        actions, where = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            yield action, [str(each) for each in (where if isinstance(where, list) else [where])]


def test_the_roles_are_those_of_the_account(roles: Mapping[str, Any]) -> None:
    assert set(trusting()) == set(roles)


def test_an_arrow_says_what_a_role_trusts_in_both_formats_of_the_subject(
    roles: Mapping[str, Any], configuration: Configuration
) -> None:
    for name, edge in trusting().items():
        contexts = [line for line in edge.label.split("<br>") if not line.startswith("and ")]
        subject = condition(roles[name])["sub"]
        assert {each for context in contexts for each in configuration.github.subjects(context)} == set(subject)
        assert len(subject) == 2 * len(contexts)


def test_an_arrow_says_which_claims_a_role_asks_for_besides(roles: Mapping[str, Any]) -> None:
    for name, edge in trusting().items():
        asked = condition(roles[name])
        assert set(asked) >= OF_EVERY_ROLE
        said = dict(re.findall(r"and (\w+) = (\S+?)(?:<br>|$)", edge.label))
        assert said == {claim: value for claim, value in asked.items() if claim not in {*OF_EVERY_ROLE, "sub"}}


def taken_on(job: Job) -> set[str]:
    """The roles that a job takes on, by the variables that hold them."""
    inputs = [
        *(step["with"]["role"] for step in steps_using("./.github/actions/aws", job)),
        *(step["with"]["role-to-assume"] for step in steps_using("aws-actions/configure-aws-credentials", job)),
    ]
    return {kind for each in inputs for kind in re.findall(r"(?i)(build|deploy|diff|drift)_role", each)}


def test_the_jobs_are_those_that_take_the_roles_on() -> None:
    shown = {
        (*reversed(WAYS.nodes[edge.start].lines), name.removeprefix(f"slipway-{ENVIRONMENT}-").removeprefix("slipway-"))
        for name, edge in trusting().items()
    }
    assert shown == {(file, name, kind.lower()) for (file, name), job in JOBS.items() for kind in taken_on(job)}
    assert {(file, name) for file, name, _ in shown} == {
        place for place, job in JOBS.items() if "id-token" in job["permissions"]
    }


def test_a_role_may_take_on_those_of_cdk_that_its_arrows_lead_to(roles: Mapping[str, Any]) -> None:
    shown: dict[str, set[str]] = {name: set() for name in roles}
    for start, end in WAYS.titled():
        if end.startswith("CDK "):
            shown[start].add(end.removeprefix("CDK "))
    assert shown == {
        name: {
            found
            for action, where in statements(role)
            if action == "sts:AssumeRole"
            for resource in where
            for found in re.findall(r"role/cdk-\w+-([a-z-]+-role)-", resource)
        }
        for name, role in roles.items()
    }


def test_what_a_role_changes_itself_is_in_the_table(roles: Mapping[str, Any]) -> None:
    told = {code(row[0])[0]: set(code(row[1])) for row in rows("Ways into AWS")}
    assert told == {
        name: {action for action, _ in statements(role) if action != "sts:AssumeRole" and not READING.fullmatch(action)}
        for name, role in roles.items()
    }
    assert all(row[1] == "nothing" for row in rows("Ways into AWS") if not code(row[1]))


def test_only_the_build_role_reaches_the_images_in_their_repository(
    roles: Mapping[str, Any], configuration: Configuration
) -> None:
    (edge,) = [edge for edge in WAYS.edges if WAYS.nodes[edge.end].shape == "[("]
    pushing = {
        (name, resource.rpartition("/")[2])
        for name, role in roles.items()
        for action, where in statements(role)
        if action == "ecr:PutImage"
        for resource in where
    }
    assert pushing == {(WAYS.title(edge.start), configuration.registry.repository)}
    assert WAYS.title(edge.end) == f"repository {configuration.registry.repository}"


def test_the_policies_of_cloudformation_are_those_in_bootstrap() -> None:
    picture = chart("What CloudFormation may")
    files = {
        path.stem.removeprefix("cloudformation-execution-") for path in (PROJECT / "bootstrap").glob("cloudformation-*")
    }
    assert {node.title for node in picture.of_group("policies")} == files


def test_every_role_of_every_stack_has_the_boundary_of_the_picture(
    templates: Mapping[str, Template], configuration: Configuration
) -> None:
    name = configuration.identity.permissions_boundary
    assert name in {node.title for node in chart("What CloudFormation may").nodes.values()}
    made = [role for template in templates.values() for role in resources(template, "AWS::IAM::Role")]
    assert made
    assert all(f"policy/{name}" in str(role.get("PermissionsBoundary")) for role in made)
