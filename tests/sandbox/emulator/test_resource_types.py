"""The table of added types: what may be recorded only, and what MiniStack's own handlers keep."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.emulator.cloudformation.recorded import Recorded
from sandbox.emulator.cloudformation.recorded_types import RECORDED
from sandbox.emulator.cloudformation.resource_types import AMENDED, BACKED

# What delivers and runs the service has to exist in the emulator, not only in a stack.
NEVER_ONLY_RECORDED = (
    "AWS::CloudWatch::",
    "AWS::EC2::",
    "AWS::ECR::",
    "AWS::ECS::",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::IAM::",
    "AWS::Logs::",
    "AWS::SNS::",
)


def test_the_recorded_types_are_these() -> None:
    assert {entry.type for entry in RECORDED} == {
        "AWS::APS::RuleGroupsNamespace",
        "AWS::APS::Workspace",
        "AWS::ApplicationSignals::ServiceLevelObjective",
        "AWS::Chatbot::SlackChannelConfiguration",
        "AWS::Synthetics::Canary",
        "AWS::WAFv2::LoggingConfiguration",
        "Custom::S3AutoDeleteObjects",
    }


def test_nothing_that_delivers_or_runs_the_service_is_only_recorded() -> None:
    assert [entry.type for entry in RECORDED if entry.type.startswith(NEVER_ONLY_RECORDED)] == []


def test_every_recorded_type_says_why() -> None:
    assert [entry.type for entry in RECORDED if not entry.why.endswith(".")] == []


def test_each_type_is_in_the_table_once() -> None:
    types = [entry.type for entry in (*BACKED, *RECORDED, *AMENDED)]
    assert len(types) == len(set(types))


def test_of_ministacks_own_types_only_these_are_replaced() -> None:
    own = importlib.import_module("ministack.services.cloudformation.provisioners")._RESOURCE_HANDLERS
    assert {entry.type for entry in (*BACKED, *RECORDED) if entry.type in own} == {
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::SecretsManager::Secret",
    }
    assert {entry.type for entry in AMENDED} <= set(own)


def test_a_recorded_resource_is_listed_with_its_properties_and_references(
    aws: Callable[[str], Any], stacks: Any
) -> None:
    canary = {"Type": "AWS::Synthetics::Canary", "Properties": {"Name": "home", "RuntimeVersion": "1"}}
    outputs = {
        "State": {"Value": {"Fn::GetAtt": ["Canary", "State"]}},
        "Id": {"Value": {"Fn::GetAtt": ["Canary", "Id"]}},
    }
    first = stacks.deploy({"Canary": canary}, Outputs=outputs)

    (described,) = aws("cloudformation").describe_stack_resources(StackName="Stack")["StackResources"]
    assert described["ResourceType"] == canary["Type"]
    assert stacks.reference("Canary") == "home"
    body = aws("cloudformation").get_template(StackName="Stack")["TemplateBody"]
    assert body["Resources"]["Canary"]["Properties"]["RuntimeVersion"] == "1"
    assert first["State"] == "READY"

    canary["Properties"]["RuntimeVersion"] = "2"  # type: ignore[index]  # a template is as deep as it is
    assert stacks.deploy({"Canary": canary}, Outputs=outputs) == first

    stacks.delete()


@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: entry.type)
def test_every_recorded_type_deploys(entry: Any, stacks: Any) -> None:
    assert isinstance(entry.handler, Recorded)
    outputs = {
        f"Output{index}": {"Value": {"Fn::GetAtt": ["Resource", name]}}
        for index, name in enumerate(entry.handler.attributes)
    }
    named = {"Type": entry.type, "Properties": {"Name": "name", "Prefix": "prefix", "ResourceArn": "arn:aws:x:::y"}}
    assert "{" not in "".join(stacks.deploy({"Resource": named}, Outputs=outputs).values())
    stacks.delete()
