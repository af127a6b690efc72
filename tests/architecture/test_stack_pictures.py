"""The picture of the stacks has those that there are, and who refers to whom."""

import re
from itertools import chain

import pytest
from aws_cdk.cx_api import CloudAssembly, CloudFormationStackArtifact

from configuration import Configuration, stack_names
from tests.architecture.document import ENVIRONMENT, chart


def shown(environment: str) -> tuple[set[str], set[tuple[str, str]]]:
    """The stacks of the picture and its arrows, with the name of that environment."""
    picture = chart("Stacks")
    named = {key: node.title.replace("ENV", environment) for key, node in picture.nodes.items()}
    return set(named.values()), {(named[edge.start], named[edge.end]) for edge in picture.edges}


def test_the_stacks_are_those_of_an_environment_and_the_shared_ones() -> None:
    shared = {stack_names.IDENTITY, stack_names.REGISTRY}
    assert shown(ENVIRONMENT)[0] == {*stack_names.of_environment(ENVIRONMENT), *shared}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_arrow_leads_to_each_stack_that_refers_to_another(environment: str, assembly: CloudAssembly) -> None:
    stacks = {stack.id: stack for stack in assembly.stacks if f"-{environment}-" in stack.id}
    refers = {
        (before.id, stack.id)
        for stack in stacks.values()
        for before in stack.dependencies
        if isinstance(before, CloudFormationStackArtifact)
    }
    assert {edge for edge in shown(environment)[1] if set(edge) <= set(stacks)} == refers


def test_the_shared_stacks_are_referred_to_by_none(assembly: CloudAssembly) -> None:
    dependencies = chain.from_iterable(stack.dependencies for stack in assembly.stacks)
    names = {each.id for each in dependencies if isinstance(each, CloudFormationStackArtifact)}
    assert not {name for name in names if re.search("identity|registry", name)}


def test_prometheus_and_dashboards_are_there_where_telemetry_is_full(
    configuration: Configuration, assembly: CloudAssembly
) -> None:
    present = {stack.id for stack in assembly.stacks}
    for environment in configuration.select().environments.values():
        for name in (stack_names.prometheus, stack_names.dashboards):
            assert (name(environment.name) in present) is environment.collects_telemetry
