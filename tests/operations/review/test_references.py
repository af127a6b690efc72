"""References: what follows from a replacement, within a stack and between stacks."""

from pathlib import Path

from tests.operations.review.review_assemblies import (
    NETWORK,
    SERVICE,
    VPC,
    actions,
    attribute,
    changed,
    ref,
    resource,
    reviewed,
    reviewed_folders,
    written,
)


def test_what_refers_to_a_replaced_resource_by_a_create_only_property_is_replaced_in_turn(tmp_path: Path) -> None:
    review = reviewed(tmp_path, VPC, changed(VPC, "Vpc", CidrBlock="10.1.0.0/16"), stack=NETWORK)
    assert {each.resource: each.causes for each in review.resources} == {
        "Network/Vpc": ("CidrBlock",),
        "Group": ("VpcId, which refers to Network/Vpc",),
        "Group/Rule": ("GroupId, which refers to Group",),
    }
    assert set(actions(review).values()) == {"replaced"}


def test_a_replacement_reaches_other_stacks_through_their_outputs(tmp_path: Path) -> None:
    sections = {NETWORK: {"Outputs": {"PublishVpc": {"Value": ref("Vpc"), "Export": {"Name": "prod-vpc"}}}}}
    output = {"Fn::GetStackOutput": {"StackName": NETWORK, "Region": "eu-central-1", "OutputName": "PublishVpc"}}
    service = {
        "Targets": resource("AWS::ElasticLoadBalancingV2::TargetGroup", "Targets/Resource", VpcId=output),
        "Other": resource(
            "AWS::ElasticLoadBalancingV2::TargetGroup", "Other/Resource", VpcId={"Fn::ImportValue": "prod-vpc"}
        ),
    }
    base = written(tmp_path / "base", {NETWORK: VPC, SERVICE: service}, sections=sections)
    replaced = changed(VPC, "Vpc", CidrBlock="10.1.0.0/16")
    head = written(tmp_path / "head", {NETWORK: replaced, SERVICE: service}, sections=sections)
    review = reviewed_folders(base, head)
    causes = {each.resource: each.causes for each in review.resources if each.stack == SERVICE}
    assert causes == dict.fromkeys(["Targets", "Other"], ("VpcId, which refers to Network/Vpc",))


def test_of_two_stacks_of_the_same_name_the_one_of_the_same_account_is_meant(tmp_path: Path) -> None:
    """Two accounts may have one each, as the identity stack."""
    output = {"Fn::GetStackOutput": {"StackName": NETWORK, "Region": "eu-central-1", "OutputName": "Vpc"}}
    other = "other-network"
    stacks = {
        other: VPC,
        NETWORK: VPC,
        SERVICE: {"Group": resource("AWS::EC2::SecurityGroup", "Group/Resource", VpcId=output)},
    }
    folders = [
        written(
            tmp_path / side,
            each,
            sections={name: {"Outputs": {"Vpc": {"Value": ref("Vpc")}}} for name in (other, NETWORK)},
            places={other: "999999999999/eu-central-1"},
            names={other: NETWORK},
        )
        for side, each in {
            "base": stacks,
            "head": stacks | {other: changed(VPC, "Vpc", CidrBlock="10.1.0.0/16")},
        }.items()
    ]
    assert {each.stack for each in reviewed_folders(*folders).resources} == {other}


def test_what_lies_in_another_stack_is_called_with_its_stack(tmp_path: Path) -> None:
    output = {"Fn::GetStackOutput": {"StackName": NETWORK, "OutputName": "Group"}}
    rule = resource(
        "AWS::EC2::SecurityGroupIngress", "Rule", GroupId="sg-1", IpProtocol="-1", SourceSecurityGroupId=output
    )
    sections = {NETWORK: {"Outputs": {"Group": {"Value": attribute("Group", "GroupId")}}}}
    base = written(tmp_path / "base", {NETWORK: VPC, SERVICE: {}}, sections=sections)
    head = written(tmp_path / "head", {NETWORK: VPC, SERVICE: {"Rule": rule}}, sections=sections)
    assert [each.grant for each in reviewed_folders(base, head).broadenings] == [
        "admits all traffic from ${slipway-prod-network/Group.GroupId}"
    ]


def test_another_way_to_the_same_output_is_no_change(tmp_path: Path) -> None:
    """As when the CDK hands values on by stack outputs instead of exports."""
    values = {
        "base": ("Exported", {"Fn::ImportValue": "prod-vpc"}),
        "head": ("Published", {"Fn::GetStackOutput": {"StackName": NETWORK, "OutputName": "Published"}}),
    }
    folders = [
        written(
            tmp_path / side,
            {NETWORK: VPC, SERVICE: {"Group": resource("AWS::EC2::SecurityGroup", "Group/Resource", VpcId=value)}},
            sections={NETWORK: {"Outputs": {name: {"Value": ref("Vpc"), "Export": {"Name": "prod-vpc"}}}}},
        )
        for side, (name, value) in values.items()
    ]
    assert reviewed_folders(*folders).resources == []


def test_outputs_that_go_round_in_a_circle_are_compared_all_the_same(tmp_path: Path) -> None:
    output = {"Fn::GetStackOutput": {"StackName": NETWORK, "OutputName": "Round"}}
    sections = {NETWORK: {"Outputs": {"Round": {"Value": output}}}}
    before, after = (
        {"Group": resource("AWS::EC2::SecurityGroup", "Group/Resource", GroupDescription=text, VpcId=output)}
        for text in ("one", "two")
    )
    base = written(tmp_path / "base", {NETWORK: before}, sections=sections)
    assert actions(reviewed_folders(base, written(tmp_path / "head", {NETWORK: after}, sections=sections))) == {
        "Group": "replaced"
    }
