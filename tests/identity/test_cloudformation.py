"""Values of templates are resolved as CloudFormation would, or not at all."""

from typing import Any

import pytest

from tests.identity.cloudformation import Resolver, StackTemplate, UnresolvableError

RESOURCES = {
    "Named": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "deploy", "Path": "/ci/"}},
    "Unnamed": {"Type": "AWS::IAM::Role", "Properties": {}},
    "GitHub": {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://example.com"}},
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/ecs/${AWS::StackName}"}}},
    "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "web"}},
    "Service": {"Type": "AWS::ECS::Service", "Properties": {"ServiceName": "api", "Cluster": {"Ref": "Cluster"}}},
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    "Other": {"Type": "AWS::Unheard::Of"},
}
PARAMETERS = {
    "Tag": {"Type": "String", "Default": "latest"},
    "Bare": {"Type": "String"},
    "Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/version"},
}
OUTPUTS = {
    "Role": {"Value": {"Fn::GetAtt": ["Named", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-role"}}}
}
MAIN = StackTemplate(
    "main", {"Resources": RESOURCES, "Parameters": PARAMETERS, "Outputs": OUTPUTS}, "111111111111", "eu-central-1"
)
NAMESAKE = StackTemplate("main", {"Resources": {}}, "222222222222", "eu-central-1")
READER = StackTemplate("reader", {"Resources": {}}, "111111111111", "eu-central-1")
STACKS = [NAMESAKE, MAIN, READER]
ROLE = "arn:aws:iam::111111111111:role/ci/deploy"


def resolved(value: Any, *, within: StackTemplate = MAIN) -> Any:
    return Resolver(within, STACKS).resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (7, 7),
        ({"Ref": "AWS::AccountId"}, "111111111111"),
        ({"Ref": "Named"}, "deploy"),
        ({"Ref": "Tag"}, "latest"),
        ({"Ref": "GitHub"}, "arn:aws:iam::111111111111:oidc-provider/example.com"),
        ({"Ref": "Service"}, "arn:aws:ecs:eu-central-1:111111111111:service/web/api"),
        ({"Fn::GetAtt": ["Named", "Arn"]}, ROLE),
        ({"Fn::GetAtt": "Named.Arn"}, ROLE),
        ({"Fn::GetAtt": ["Logs", "Arn"]}, "arn:aws:logs:eu-central-1:111111111111:log-group:/ecs/main:*"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-eu-central-1"),
        (
            {"Fn::Sub": "${Named}/${Named.Arn}/${AWS::Partition}/${!aws:username}"},
            f"deploy/{ROLE}/aws/${{aws:username}}",
        ),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "Tag"}}]}, "latest"),
        ({"Fn::Select": ["1", {"Fn::Split": ["/", {"Fn::GetAtt": ["Named", "Arn"]}]}]}, "ci"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Condition": {"StringEquals": {"Ref": "Tag"}}}, {"Condition": {"StringEquals": "latest"}}),
    ],
)
def test_a_value_is_what_it_will_be_when_deployed(value: Any, expected: Any) -> None:
    assert resolved(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Ref": "Nobody"}, "neither a resource nor a parameter Nobody"),
        ({"Ref": "Bare"}, "Bare has a value only when it is deployed"),
        ({"Ref": "Version"}, "Version has a value only when it is deployed"),
        ({"Ref": "Other"}, "AWS::Unheard::Of"),
        ({"Ref": "AWS::NotificationARNs"}, "not simulated"),
        ({"Fn::GetAtt": ["Named", "RoleId"]}, "RoleId"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "no resource Nobody"),
        ({"Fn::If": ["Prod", 1, 2]}, "Fn::If is not simulated"),
        ({"Fn::Sub": "${Nobody}"}, "Nobody"),
        ({"Fn::ImportValue": "nothing"}, "exports nothing"),
        ({"Fn::GetStackOutput": {"StackName": "main", "OutputName": "No"}}, "no output No"),
        (["${Token[TOKEN.1]}"], "CDK did not resolve"),
    ],
)
def test_what_cannot_be_told_is_an_error_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(UnresolvableError, match=message) as raised:
        resolved({"Deep": [value]})
    assert str(raised.value).startswith("main: ")


def test_outputs_of_other_stacks_are_found_by_name_and_place() -> None:
    output = {"StackName": "main", "OutputName": "Role"}
    assert resolved({"Fn::GetStackOutput": output}, within=READER) == ROLE
    assert resolved({"Fn::ImportValue": {"Fn::Sub": "main-role"}}, within=READER) == ROLE
    from_afar = {"Region": "eu-central-1", "RoleArn": "arn:aws:iam::111111111111:role/reader"}
    assert resolved({"Fn::GetStackOutput": output | from_afar}, within=NAMESAKE) == ROLE
    with pytest.raises(UnresolvableError, match="222222222222"):
        resolved({"Fn::GetStackOutput": output}, within=NAMESAKE)
    with pytest.raises(UnresolvableError, match="exports main-role"):
        resolved({"Fn::ImportValue": "main-role"}, within=NAMESAKE)


def test_made_up_names_are_stable_legal_and_different_in_every_stack() -> None:
    name, elsewhere = (
        resolved({"Ref": "Unnamed"}),
        StackTemplate("main-2", MAIN.template, "111111111111", "eu-central-1"),
    )
    assert name == resolved({"Ref": "Unnamed"}) != resolved({"Ref": "Unnamed"}, within=elsewhere)
    assert name.startswith("main-Unnamed-")
    assert resolved({"Ref": "Bucket"}).islower()
    long = StackTemplate("s" * 128, MAIN.template, "111111111111", "eu-central-1")
    assert len(resolved({"Ref": "Unnamed"}, within=long)) == 64


def test_a_resource_that_may_not_exist_is_an_error() -> None:
    conditional = StackTemplate(
        "main", {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Condition": "Prod"}}}, "111111111111", "eu-central-1"
    )
    with pytest.raises(UnresolvableError, match="Role exists under a condition"):
        list(conditional.of_type("AWS::IAM::Role"))
