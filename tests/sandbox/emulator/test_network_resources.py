"""EC2 resources that are added to CloudFormation, read back through EC2's API."""

from collections.abc import Callable
from typing import Any

import pytest

VPC = {
    "Network": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Network"}, "CidrBlock": "10.1.1.0/24", "AvailabilityZone": "eu-west-1b"},
    },
}


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def own_tags(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource["Tags"] if not tag["Key"].startswith("aws:")}


def test_an_address_is_allocated_retagged_and_released(aws: Callable[[str], Any], stacks: Any) -> None:
    def address(**tagged: str) -> dict[str, Any]:
        return {"Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc", "Tags": tags(**tagged)}}}

    outputs = {
        "Id": {"Value": {"Fn::GetAtt": ["Address", "AllocationId"]}},
        "Ip": {"Value": {"Ref": "Address"}},
        "Attribute": {"Value": {"Fn::GetAtt": ["Address", "PublicIp"]}},
    }
    created = stacks.deploy(address(role="nat", old="yes"), Outputs=outputs)
    (described,) = aws("ec2").describe_addresses()["Addresses"]
    assert (described["AllocationId"], described["PublicIp"]) == (created["Id"], created["Ip"])
    assert created["Attribute"] == created["Ip"]
    assert own_tags(described) == {"role": "nat", "old": "yes"}
    assert {"Key": "aws:cloudformation:stack-name", "Value": "Stack"} in described["Tags"]

    assert stacks.deploy(address(role="other"), Outputs=outputs) == created
    assert own_tags(aws("ec2").describe_addresses()["Addresses"][0]) == {"role": "other"}

    stacks.delete()
    assert aws("ec2").describe_addresses()["Addresses"] == []


def test_a_nat_gateway_is_created_replaced_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    def network(subnet: str) -> dict[str, Any]:
        allocation = {"Fn::GetAtt": ["Address", "AllocationId"]}
        return {
            **VPC,
            "Other": {
                "Type": "AWS::EC2::Subnet",
                "Properties": {"VpcId": {"Ref": "Network"}, "CidrBlock": "10.1.2.0/24"},
            },
            "Address": {"Type": "AWS::EC2::EIP"},
            "Gateway": {
                "Type": "AWS::EC2::NatGateway",
                "Properties": {"SubnetId": {"Ref": subnet}, "AllocationId": allocation, "Tags": tags(Name="nat")},
            },
            "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Network"}}},
            "Default": {
                "Type": "AWS::EC2::Route",
                "Properties": {
                    "RouteTableId": {"Ref": "Routes"},
                    "DestinationCidrBlock": "0.0.0.0/0",
                    "NatGatewayId": {"Fn::GetAtt": ["Gateway", "NatGatewayId"]},
                },
            },
        }

    def available() -> list[dict[str, Any]]:
        gateways: list[dict[str, Any]] = aws("ec2").describe_nat_gateways()["NatGateways"]
        return [gateway for gateway in gateways if gateway["State"] == "available"]

    stacks.deploy(network("Subnet"))
    (first,) = available()
    assert first["NatGatewayId"] == stacks.reference("Gateway")
    assert first["SubnetId"] == stacks.reference("Subnet")
    assert own_tags(first) == {"Name": "nat"}

    stacks.deploy(network("Other"))
    (second,) = available()
    assert second["NatGatewayId"] == stacks.reference("Gateway") != first["NatGatewayId"]
    assert second["SubnetId"] == stacks.reference("Other")
    (table,) = aws("ec2").describe_route_tables(RouteTableIds=[stacks.reference("Routes")])["RouteTables"]
    assert second["NatGatewayId"] in [route.get("NatGatewayId") for route in table["Routes"]]

    stacks.delete()
    assert available() == []


def test_a_flow_log_is_created_replaced_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    def logged(traffic: str) -> dict[str, Any]:
        properties = {
            "ResourceId": {"Ref": "Network"},
            "ResourceType": "VPC",
            "TrafficType": traffic,
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": "flow",
            "DeliverLogsPermissionArn": "arn:aws:iam::412345678901:role/flow",
            "Tags": tags(Name="flow"),
        }
        return {**VPC, "Log": {"Type": "AWS::EC2::FlowLog", "Properties": properties}}

    stacks.deploy(logged("REJECT"))
    (first,) = aws("ec2").describe_flow_logs()["FlowLogs"]
    assert first["FlowLogId"] == stacks.reference("Log")
    assert (first["ResourceId"], first["TrafficType"]) == (stacks.reference("Network"), "REJECT")
    assert own_tags(first) == {"Name": "flow"}

    stacks.deploy(logged("ALL"))
    (second,) = aws("ec2").describe_flow_logs()["FlowLogs"]
    assert second["FlowLogId"] != first["FlowLogId"]
    assert second["TrafficType"] == "ALL"

    stacks.delete()
    assert aws("ec2").describe_flow_logs()["FlowLogs"] == []


@pytest.mark.parametrize("direction", ["Ingress", "Egress"])
def test_a_rule_between_security_groups_is_authorised_changed_and_revoked(
    direction: str, aws: Callable[[str], Any], stacks: Any
) -> None:
    peer = "SourceSecurityGroupId" if direction == "Ingress" else "DestinationSecurityGroupId"

    def ruled(port: int | None, description: str = "") -> dict[str, Any]:
        groups: dict[str, Any] = {
            name: {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {"GroupDescription": name, "VpcId": {"Ref": "Network"}},
            }
            for name in ("Own", "Peer")
        }
        rule = {
            "Type": f"AWS::EC2::SecurityGroup{direction}",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["Own", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": str(port),  # templates carry numbers as strings, too
                peer: {"Fn::GetAtt": ["Peer", "GroupId"]},
                "Description": description,
            },
        }
        return {**VPC, **groups, **({"Rule": rule} if port else {})}

    def rules() -> list[dict[str, Any]]:
        group = [{"Name": "group-id", "Values": [stacks.reference("Own")]}]
        found: list[dict[str, Any]] = aws("ec2").describe_security_group_rules(Filters=group)["SecurityGroupRules"]
        return [rule for rule in found if "ReferencedGroupInfo" in rule]

    stacks.deploy(ruled(8000, "from the load balancer"))
    (first,) = rules()
    assert first["SecurityGroupRuleId"] == stacks.reference("Rule")
    assert (first["IsEgress"], first["FromPort"], first["ToPort"]) == (direction == "Egress", 8000, 8000)
    assert first["ReferencedGroupInfo"]["GroupId"] == stacks.reference("Peer")
    assert first["Description"] == "from the load balancer"

    stacks.deploy(ruled(8000, "health checks"))
    (described,) = rules()
    assert described["SecurityGroupRuleId"] == first["SecurityGroupRuleId"]
    assert described["Description"] == "health checks"

    stacks.deploy(ruled(8080, "health checks"))
    (replaced,) = rules()
    assert replaced["SecurityGroupRuleId"] == stacks.reference("Rule") != first["SecurityGroupRuleId"]
    assert replaced["FromPort"] == 8080

    stacks.deploy(ruled(None))
    assert rules() == []
    stacks.delete()


def test_the_default_security_group_is_emptied_and_given_back(aws: Callable[[str], Any], stacks: Any) -> None:
    closed = {
        "Closed": {
            "Type": "Custom::VpcRestrictDefaultSG",
            "Properties": {
                "ServiceToken": "arn:aws:lambda:eu-west-1:412345678901:function:not-there",
                "DefaultSecurityGroupId": {"Fn::GetAtt": ["Network", "DefaultSecurityGroup"]},
                "Account": {"Ref": "AWS::AccountId"},
            },
        }
    }

    def default_group() -> dict[str, Any]:
        filters = [
            {"Name": "vpc-id", "Values": [stacks.reference("Network")]},
            {"Name": "group-name", "Values": ["default"]},
        ]
        group: dict[str, Any] = aws("ec2").describe_security_groups(Filters=filters)["SecurityGroups"][0]
        return group

    stacks.deploy({**VPC, **closed})
    assert default_group()["IpPermissions"] == default_group()["IpPermissionsEgress"] == []

    stacks.deploy(VPC)
    group = default_group()
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    stacks.delete()


def test_a_network_answers_its_addresses_to_a_template(stacks: Any) -> None:
    outputs = {
        "Network": {"Value": {"Fn::GetAtt": ["Network", "CidrBlock"]}},
        "Subnet": {"Value": {"Fn::GetAtt": ["Subnet", "CidrBlock"]}},
        "Vpc": {"Value": {"Fn::GetAtt": ["Subnet", "VpcId"]}},
        "Zone": {"Value": {"Fn::GetAtt": ["Subnet", "AvailabilityZone"]}},
    }
    assert stacks.deploy(VPC, Outputs=outputs) == {
        "Network": "10.1.0.0/16",
        "Subnet": "10.1.1.0/24",
        "Vpc": stacks.reference("Network"),
        "Zone": "eu-west-1b",
    }


def test_a_stack_reads_the_outputs_of_another_by_its_name(stacks: Any) -> None:
    """What CDK writes for a reference between stacks when they are weak."""
    stacks.deploy(VPC, name="Network", Outputs={"Vpc": {"Value": {"Ref": "Network"}}})
    reference = {"Fn::GetStackOutput": {"StackName": "Network", "Region": "eu-west-1", "OutputName": "Vpc"}}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "web", "VpcId": reference}}
    outputs = {"Vpc": {"Value": {"Fn::GetAtt": ["Group", "VpcId"]}}}
    assert stacks.deploy({"Group": group}, name="Service", Outputs=outputs) == {
        "Vpc": stacks.reference("Network", "Network")
    }


def test_a_refusal_of_the_api_fails_the_stack_with_its_words(aws: Callable[[str], Any], stacks: Any) -> None:
    rule = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {"GroupId": "sg-0", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "10.0.0.0/8"},
    }
    stacks.deploy({**VPC, "Rule": rule}, expect="ROLLBACK_COMPLETE")
    assert 'Resource handler returned message: "Security group sg-0 not found' in stacks.reasons()
    assert [vpc for vpc in aws("ec2").describe_vpcs()["Vpcs"] if vpc["CidrBlock"] == "10.1.0.0/16"] == []
