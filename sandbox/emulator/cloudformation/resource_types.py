"""The CloudFormation resource types that the emulator adds to MiniStack's, and what is behind each of them.

`python -m sandbox.emulator --types` prints this table.
"""

from dataclasses import dataclass

from sandbox.emulator.cloudformation.handlers import Amendment, Handler
from sandbox.emulator.cloudformation.recorded_types import RECORDED
from sandbox.emulator.cloudformation.resources import (
    ec2,
    ecs,
    ecs_service,
    iam,
    load_balancing,
    monitoring,
    notifications,
    scaling,
    secrets_manager,
)


@dataclass(frozen=True)
class BackedType:
    """A type whose resources exist in a service of the emulator and can be read through its API.

    Args:
        type: The CloudFormation name.
        api: The operations that provision it.
        handler: What calls them.
        create_only: Properties whose change replaces the resource; the default is none.
        tagged: Whether `Tags` also get the stack's tags.
    """

    type: str
    api: str
    handler: Handler
    create_only: tuple[str, ...] = ()
    tagged: bool = False


@dataclass(frozen=True)
class AmendedType:
    """A type that MiniStack provisions, but for what `amend` adds."""

    type: str
    adds: str
    amend: Amendment


BACKED = (
    BackedType(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling:RegisterScalableTarget; no scheduled action is ever carried out",
        scaling.ScalableTarget(),
        create_only=("ResourceId", "ScalableDimension", "ServiceNamespace"),
    ),
    BackedType(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "application-autoscaling:PutScalingPolicy; no policy ever changes the number of tasks",
        scaling.ScalingPolicy(),
        create_only=("PolicyName", "ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace"),
    ),
    BackedType(
        "AWS::CloudWatch::CompositeAlarm",
        "cloudwatch:PutCompositeAlarm",
        monitoring.CompositeAlarm(),
        create_only=("AlarmName",),
        tagged=True,
    ),
    BackedType(
        "AWS::EC2::EIP",
        "ec2:AllocateAddress",
        ec2.ElasticIp(),
        create_only=("Address", "Domain", "IpamPoolId", "NetworkBorderGroup", "TransferAddress"),
        tagged=True,
    ),
    BackedType(
        "AWS::EC2::FlowLog",
        "ec2:CreateFlowLogs",
        ec2.FlowLog(),
        create_only=(
            "DeliverCrossAccountRole",
            "DeliverLogsPermissionArn",
            "DestinationOptions",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "TrafficType",
        ),
        tagged=True,
    ),
    BackedType(
        "AWS::EC2::NatGateway",
        "ec2:CreateNatGateway",
        ec2.NatGateway(),
        create_only=("AllocationId", "ConnectivityType", "PrivateIpAddress", "SubnetId"),
        tagged=True,
    ),
    BackedType(
        "AWS::EC2::SecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupEgress",
        ec2.SecurityGroupRule("egress"),
        create_only=(
            "CidrIp",
            "CidrIpv6",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "ToPort",
        ),
    ),
    BackedType(
        "AWS::EC2::SecurityGroupIngress",
        "ec2:AuthorizeSecurityGroupIngress",
        ec2.SecurityGroupRule("ingress"),
        create_only=(
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "ToPort",
        ),
    ),
    BackedType(
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "ecs:PutClusterCapacityProviders",
        ecs.ClusterCapacityProviders(),
        create_only=("Cluster",),
    ),
    BackedType(
        "AWS::ECS::Service",
        "ecs:CreateService; every strategy is a rolling update",
        ecs_service.Service(),
        create_only=ecs_service.CREATE_ONLY,
        tagged=True,
    ),
    BackedType(
        "AWS::ECS::TaskDefinition",
        "ecs:RegisterTaskDefinition",
        ecs.TaskDefinition(),
        create_only=(
            "ContainerDefinitions",
            "Cpu",
            "EnableFaultInjection",
            "EphemeralStorage",
            "ExecutionRoleArn",
            "Family",
            "InferenceAccelerators",
            "IpcMode",
            "Memory",
            "NetworkMode",
            "PidMode",
            "PlacementConstraints",
            "ProxyConfiguration",
            "RequiresCompatibilities",
            "RuntimePlatform",
            "TaskRoleArn",
            "Volumes",
        ),
        tagged=True,
    ),
    BackedType(
        "AWS::Events::ApiDestination",
        "events:CreateApiDestination",
        notifications.EventBridgeNamed("ApiDestination"),
        create_only=("Name",),
    ),
    BackedType(
        "AWS::Events::Connection",
        "events:CreateConnection",
        notifications.EventBridgeNamed("Connection"),
        create_only=("Name",),
    ),
    BackedType(
        "AWS::IAM::OIDCProvider",
        "iam:CreateOpenIDConnectProvider",
        iam.OidcProvider(),
        create_only=("Url",),
        tagged=True,
    ),
    BackedType("AWS::Logs::QueryDefinition", "logs:PutQueryDefinition", monitoring.QueryDefinition()),
    BackedType(
        "AWS::SecretsManager::Secret",
        "secretsmanager:CreateSecret",
        secrets_manager.Secret(),
        create_only=("Name",),
        tagged=True,
    ),
    BackedType(
        "AWS::WAFv2::WebACLAssociation",
        "wafv2:AssociateWebACL",
        load_balancing.WebAclAssociation(),
        create_only=("ResourceArn", "WebACLArn"),
    ),
    BackedType(
        "Custom::VpcRestrictDefaultSG",
        "ec2:RevokeSecurityGroupIngress, ec2:RevokeSecurityGroupEgress",
        ec2.ClosedDefaultSecurityGroup(),
    ),
)

AMENDED = (
    AmendedType("AWS::EC2::Subnet", "the attributes CidrBlock, VpcId and AvailabilityZoneId", ec2.subnet_attributes),
    AmendedType("AWS::EC2::VPC", "the attribute CidrBlock", ec2.vpc_attributes),
    AmendedType("AWS::ElasticLoadBalancingV2::Listener", "ListenerAttributes", load_balancing.listener_attributes),
    AmendedType(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "the beginning of the attribute TargetGroupFullName",
        load_balancing.target_group_attributes,
    ),
    AmendedType("AWS::IAM::Role", "PermissionsBoundary", iam.permissions_boundary),
    AmendedType(
        "AWS::SNS::Topic", "KmsMasterKeyId, SignatureVersion and TracingConfig", notifications.topic_attributes
    ),
)


def as_rows() -> list[dict[str, str]]:
    """Return the table as it is printed: of each type what is behind it, in the order of the types."""
    rows = [
        *({"type": entry.type, "provisioning": "backed", "by": entry.api} for entry in BACKED),
        *({"type": entry.type, "provisioning": "amended", "by": f"MiniStack, and {entry.adds}"} for entry in AMENDED),
        *({"type": entry.type, "provisioning": "recorded", "by": entry.why} for entry in RECORDED),
    ]
    return sorted(rows, key=lambda row: row["type"])
