"""EC2 resources that MiniStack's API has and its CloudFormation does not."""

from dataclasses import dataclass
from typing import Any, Literal

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.cloudformation.tags import changed_tags, tags_of
from sandbox.emulator.loopback import absence_is_fine, client, request


class ElasticIp:
    """AWS::EC2::EIP: `Ref` is the address; deleting it releases the allocation."""

    def create(self, resource: Resource) -> Provisioned:
        """Allocate an address."""
        address = client("ec2").allocate_address(
            Domain=resource.properties.get("Domain", "vpc"), **_tag_specifications("elastic-ip", resource.properties)
        )
        return Provisioned(
            address["PublicIp"], {"AllocationId": address["AllocationId"], "PublicIp": address["PublicIp"]}
        )

    def update(self, resource: Resource) -> Provisioned:
        """Change the tags."""
        allocation = self._allocation(resource.physical_id)
        if allocation is None:
            return self.create(resource)
        _retag(allocation, resource)
        return Provisioned(resource.physical_id, {"AllocationId": allocation, "PublicIp": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Release the address."""
        allocation = self._allocation(resource.physical_id)
        if allocation is not None:
            with absence_is_fine("InvalidAllocationID.NotFound"):
                client("ec2").release_address(AllocationId=allocation)

    def _allocation(self, address: str) -> str | None:
        # MiniStack's DescribeAddresses does not filter by address.
        found = [a["AllocationId"] for a in client("ec2").describe_addresses()["Addresses"] if a["PublicIp"] == address]
        return found[0] if found else None


class NatGateway:
    """AWS::EC2::NatGateway."""

    def create(self, resource: Resource) -> Provisioned:
        """Create the gateway; MiniStack's is available at once."""
        properties = {name: value for name, value in resource.properties.items() if name != "Tags"}
        gateway = client("ec2").create_nat_gateway(
            **request("ec2", "CreateNatGateway", properties), **_tag_specifications("natgateway", resource.properties)
        )["NatGateway"]["NatGatewayId"]
        return Provisioned(gateway, {"NatGatewayId": gateway})

    def update(self, resource: Resource) -> Provisioned:
        """Change the tags."""
        _retag(resource.physical_id, resource)
        return Provisioned(resource.physical_id, {"NatGatewayId": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Delete the gateway; DescribeNatGateways goes on listing it as deleted, as on AWS."""
        with absence_is_fine("NatGatewayNotFound"):
            client("ec2").delete_nat_gateway(NatGatewayId=resource.physical_id)


class FlowLog:
    """AWS::EC2::FlowLog."""

    def create(self, resource: Resource) -> Provisioned:
        """Create the flow log of one resource."""
        properties = {k: v for k, v in resource.properties.items() if k not in ("ResourceId", "Tags")}
        flow_log = client("ec2").create_flow_logs(
            **request("ec2", "CreateFlowLogs", {**properties, "ResourceIds": [resource.properties["ResourceId"]]})
        )["FlowLogIds"][0]
        # At the creation, MiniStack reads tags of a type that AWS does not know.
        _retag(flow_log, resource)
        return Provisioned(flow_log, {"Id": flow_log})

    def update(self, resource: Resource) -> Provisioned:
        """Change the tags."""
        _retag(resource.physical_id, resource)
        return Provisioned(resource.physical_id, {"Id": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Delete the flow log."""
        client("ec2").delete_flow_logs(FlowLogIds=[resource.physical_id])


@dataclass(frozen=True)
class SecurityGroupRule:
    """AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress: `Ref` is the id of the rule."""

    direction: Literal["ingress", "egress"]

    def create(self, resource: Resource) -> Provisioned:
        """Authorise the rule."""
        authorise = getattr(client("ec2"), f"authorize_security_group_{self.direction}")
        rules = authorise(GroupId=resource.properties["GroupId"], IpPermissions=[_permission(resource.properties)])[
            "SecurityGroupRules"
        ]
        rule = rules[0]["SecurityGroupRuleId"]
        return Provisioned(rule, {"Id": rule})

    def update(self, resource: Resource) -> Provisioned:
        """Change the description, the only property that needs no replacement."""
        client("ec2").modify_security_group_rules(
            GroupId=resource.properties["GroupId"],
            SecurityGroupRules=[
                {
                    "SecurityGroupRuleId": resource.physical_id,
                    "SecurityGroupRule": {"Description": resource.properties.get("Description", "")},
                }
            ],
        )
        return Provisioned(resource.physical_id, {"Id": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Revoke the rule."""
        revoke = getattr(client("ec2"), f"revoke_security_group_{self.direction}")
        with absence_is_fine("InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound"):
            revoke(GroupId=resource.properties["GroupId"], SecurityGroupRuleIds=[resource.physical_id])


class ClosedDefaultSecurityGroup:
    """Custom::VpcRestrictDefaultSG: CDK's custom resource that empties a VPC's default security group.

    CDK does it in a Lambda function with the AWS SDK of Lambda's runtime, which MiniStack's runtime does not have.
    """

    def create(self, resource: Resource) -> Provisioned:
        """Revoke every rule of the group."""
        group = resource.properties["DefaultSecurityGroupId"]
        ec2 = client("ec2")
        rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
        for egress, revoke in ((False, ec2.revoke_security_group_ingress), (True, ec2.revoke_security_group_egress)):
            ids = [r["SecurityGroupRuleId"] for r in rules["SecurityGroupRules"] if r["IsEgress"] is egress]
            if ids:
                revoke(GroupId=group, SecurityGroupRuleIds=ids)
        return Provisioned(f"restrict-{group}", {})

    def update(self, resource: Resource) -> Provisioned:
        """Close the group that the VPC has now."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Give the group the rules back that AWS creates it with."""
        group = resource.properties["DefaultSecurityGroupId"]
        everything = {"IpProtocol": "-1"}
        with absence_is_fine("InvalidGroup.NotFound"):
            client("ec2").authorize_security_group_ingress(
                GroupId=group, IpPermissions=[{**everything, "UserIdGroupPairs": [{"GroupId": group}]}]
            )
            client("ec2").authorize_security_group_egress(
                GroupId=group, IpPermissions=[{**everything, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            )


def vpc_attributes(vpc: Resource) -> dict[str, Any]:
    """Add `CidrBlock`, which CDK reads for every rule that allows the VPC's own addresses."""
    return {"CidrBlock": client("ec2").describe_vpcs(VpcIds=[vpc.physical_id])["Vpcs"][0]["CidrBlock"]}


def subnet_attributes(subnet: Resource) -> dict[str, Any]:
    """Add `CidrBlock`, `VpcId` and `AvailabilityZoneId`."""
    described = client("ec2").describe_subnets(SubnetIds=[subnet.physical_id])["Subnets"][0]
    return {name: described[name] for name in ("CidrBlock", "VpcId", "AvailabilityZoneId")}


def _permission(properties: Properties) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(properties["IpProtocol"])}
    permission.update({name: int(properties[name]) for name in ("FromPort", "ToPort") if name in properties})
    described = {"Description": properties["Description"]} if properties.get("Description") else {}
    for member, name, sources in (
        ("IpRanges", "CidrIp", ("CidrIp",)),
        ("Ipv6Ranges", "CidrIpv6", ("CidrIpv6",)),
        ("PrefixListIds", "PrefixListId", ("SourcePrefixListId", "DestinationPrefixListId")),
        ("UserIdGroupPairs", "GroupId", ("SourceSecurityGroupId", "DestinationSecurityGroupId")),
    ):
        peers = [properties[source] for source in sources if properties.get(source)]
        if peers:
            permission[member] = [{name: peers[0], **described}]
    return permission


def _tag_specifications(resource_type: str, properties: Properties) -> dict[str, Any]:
    tags = tags_of(properties)
    return {"TagSpecifications": [{"ResourceType": resource_type, "Tags": tags}]} if tags else {}


def _retag(resource_id: str, resource: Resource) -> None:
    changed, removed = changed_tags(resource)
    if changed:
        client("ec2").create_tags(Resources=[resource_id], Tags=changed)
    if removed:
        client("ec2").delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in removed])
