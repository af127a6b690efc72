"""The resource types of this app: what its resources are called, and which actions none of its properties leads to.

It is long because it is a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.identity.simulation import Context

ACCOUNT, REGION = "111111111111", "eu-central-1"
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/slipway-permissions-boundary"
LAMBDA_LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """The ARN of something in the app's account and region."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def role_arn(name: str) -> str:
    """The ARN of a role of the app's account."""
    return arn("iam", f"role/{name}", region="")


@dataclass(frozen=True)
class Provisioning:
    """Resources of one type as this app has them.

    Attributes:
        new: the ARNs of what is created, as the template or CloudFormation names it.
        existing: the ARNs of what it is created in, for or with.
        passed: the role that is handed over with it, and the service that takes it.
        linked: the services whose service-linked role comes with the first of its kind.
        further: actions that AWS demands beyond those of the schema.
        unused: those of the schema that no property of the app leads to, by reason.
    """

    new: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()
    passed: tuple[str, str] | None = None
    linked: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


VPC, SUBNET, ROUTE_TABLE = arn("ec2", "vpc/vpc-1"), arn("ec2", "subnet/subnet-1"), arn("ec2", "route-table/rtb-1")
INTERNET_GATEWAY, ADDRESS = arn("ec2", "internet-gateway/igw-1"), arn("ec2", "elastic-ip/eipalloc-1")
SECURITY_GROUP, SECURITY_GROUP_RULE = arn("ec2", "security-group/sg-1"), arn("ec2", "security-group-rule/sgr-1")
# CloudFormation keeps only the first five or six letters of a stack's name for these, which may have 32 characters.
LOAD_BALANCER = arn("elasticloadbalancing", "loadbalancer/app/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef")
LISTENER = arn("elasticloadbalancing", "listener/app/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef/0123456789abcdef")
LISTENER_RULE = arn("elasticloadbalancing", f"listener-rule/{LISTENER.partition('/')[2]}/0123456789abcdef")
TARGETS = arn("elasticloadbalancing", "targetgroup/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef")
CLUSTER, SERVICE = arn("ecs", "cluster/slipway-prod"), arn("ecs", "service/slipway-prod/slipway-prod")
SERVICE_DEPLOYMENT = arn("ecs", "service-deployment/slipway-prod/slipway-prod/0123456789abcdef")
TASK_DEFINITION = arn("ecs", "task-definition/slipwayprodserviceWebServiceTaskDefinition:1")
SCALABLE_TARGET = arn("application-autoscaling", "scalable-target/0ec50123456789abcdef")
SCALING_ALARM = arn("cloudwatch", "alarm:TargetTracking-service/slipway-prod/slipway-prod-AlarmHigh-0123")
ALARM = arn("cloudwatch", "alarm:slipway-prod-observability-Alarms-1A2B3C4D5E6F")
DASHBOARD = arn("cloudwatch", "dashboard/slipway-prod", region="")
RULE = arn("events", "rule/slipway-prod-observability-DeploymentEvents-1A2B3C4D5E6F")
TOPIC = arn("sns", "slipway-prod-telemetry-TopicsPages-1A2B3C4D5E6F")
LOG_GROUP = arn("logs", "log-group:slipway-prod-service-WebServiceLogGroup-1A2B3C4D5E6F")
BUCKET = "arn:aws:s3:::slipway-prod-service-ingressaccesslogs-1a2b3c4d5e6f"
ASSET = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}/0123456789abcdef.zip"
FUNCTION = arn("lambda", "function:slipway-prod-network-CustomVpcRestrictDefaultSGC-1A2B3C4D5E6F")
KEY = arn("kms", "key/00000000-0000-0000-0000-000000000000")
SECRET = arn("secretsmanager", "secret:ecr-pullthroughcache/slipway-ghcr-1A2b3C")
REPOSITORY, CACHED_REPOSITORY = arn("ecr", "repository/slipway"), arn("ecr", "repository/ghcr/example-org/example")
PROVIDER = arn("iam", "oidc-provider/token.actions.githubusercontent.com", region="")
ROLE = role_arn("slipway-prod-service-WebServiceTaskRole-1A2B3C4D5E6F")
SCALING_ROLE = role_arn(
    "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
)

CONTEXT: Mapping[str, Context] = {
    **{
        f"iam:{name}": {"iam:PermissionsBoundary": BOUNDARY}
        for name in ("CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "UpdateAssumeRolePolicy")
    },
    "iam:AttachRolePolicy": {"iam:PermissionsBoundary": BOUNDARY, "iam:PolicyARN": LAMBDA_LOGGING},
    **{f"kms:{name}": {"kms:ViaService": f"ecr.{REGION}.amazonaws.com"} for name in ("CreateGrant", "RetireGrant")},
    **{
        f"application-autoscaling:{name}": {"application-autoscaling:service-namespace": "ecs"}
        for name in ("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "DeleteScalingPolicy")
    },
}
"""Condition keys of the requests, by action."""

WITHOUT_RESOURCE = {"cloudwatch:GetMetricData": "its resources are datasets, and what scaling reads is in none"}

# "Elastic Load Balancing API permissions": what the caller needs of EC2.
_ELB_NEEDS_OF_EC2 = (
    *("ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)
_NO_S3_FEATURE = "the bucket has owner, encryption, lifecycle, public access block and tags"
_NO_LAMBDA_FEATURE = "the functions that CDK adds are code from the assets bucket, memory and timeout"

TYPES: Mapping[str, Provisioning] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": Provisioning(
        new=(SCALABLE_TARGET,),
        existing=(SERVICE, SCALING_ALARM),
        passed=(SCALING_ROLE, "application-autoscaling.amazonaws.com"),
        linked=("ecs.application-autoscaling.amazonaws.com",),
        # "IAM permissions required for Amazon ECS service auto scaling"
        further=("ecs:DescribeServices", "ecs:UpdateService"),
        unused={
            "it scales no Lambda function": (
                "lambda:DeleteProvisionedConcurrencyConfig",
                "lambda:GetProvisionedConcurrencyConfig",
                "lambda:PutProvisionedConcurrencyConfig",
            ),
            "it has no schedule": (
                "application-autoscaling:DeleteScheduledAction",
                "application-autoscaling:PutScheduledAction",
            ),
        },
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Provisioning(existing=(SCALABLE_TARGET,)),
    "AWS::CloudWatch::Alarm": Provisioning(new=(ALARM,)),
    "AWS::CloudWatch::Dashboard": Provisioning(new=(DASHBOARD,)),
    "AWS::EC2::EIP": Provisioning(
        new=(ADDRESS,),
        unused={
            "NAT gateways take and leave the address themselves": ("ec2:AssociateAddress", "ec2:DisassociateAddress"),
            "no address comes from another account": ("ec2:AcceptAddressTransfer",),
        },
    ),
    "AWS::EC2::FlowLog": Provisioning(
        new=(arn("ec2", "vpc-flow-log/fl-1"),),
        existing=(VPC,),
        passed=(ROLE, "vpc-flow-logs.amazonaws.com"),
        unused={
            "the log format has no tags (Amazon VPC: Service-linked roles for flow logs)": (
                "autoscaling:DescribeTags",
                "iam:CreateServiceLinkedRole",
            ),
            "it goes to CloudWatch Logs through a role": (
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
            ),
        },
    ),
    "AWS::EC2::InternetGateway": Provisioning(new=(INTERNET_GATEWAY,)),
    "AWS::EC2::NatGateway": Provisioning(
        new=(arn("ec2", "natgateway/nat-1"),),
        existing=(SUBNET, ADDRESS),
        unused={
            "it is public, with one address": (
                "ec2:AssignPrivateNatGatewayAddress",
                "ec2:AssociateNatGatewayAddress",
                "ec2:DisassociateNatGatewayAddress",
                "ec2:UnassignPrivateNatGatewayAddress",
            )
        },
    ),
    "AWS::EC2::Route": Provisioning(existing=(ROUTE_TABLE,)),
    "AWS::EC2::RouteTable": Provisioning(new=(ROUTE_TABLE,), existing=(VPC,)),
    "AWS::EC2::SecurityGroup": Provisioning(new=(SECURITY_GROUP, SECURITY_GROUP_RULE), existing=(VPC,)),
    "AWS::EC2::SecurityGroupEgress": Provisioning(new=(SECURITY_GROUP_RULE,), existing=(SECURITY_GROUP,)),
    "AWS::EC2::SecurityGroupIngress": Provisioning(new=(SECURITY_GROUP_RULE,), existing=(SECURITY_GROUP,)),
    "AWS::EC2::Subnet": Provisioning(
        new=(SUBNET,),
        existing=(VPC,),
        unused={"there is no IPv6": ("ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock")},
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Provisioning(existing=(ROUTE_TABLE, SUBNET)),
    "AWS::EC2::VPC": Provisioning(
        new=(VPC,),
        unused={
            "its tenancy is the default and never changes": ("ec2:ModifyVpcTenancy",),
            "it does not enforce encryption in transit": ("ec2:CreateVpcEncryptionControl",),
        },
    ),
    "AWS::EC2::VPCGatewayAttachment": Provisioning(
        existing=(VPC, INTERNET_GATEWAY),
        unused={"there is no VPN": ("ec2:AttachVpnGateway", "ec2:DetachVpnGateway")},
    ),
    "AWS::ECR::PullThroughCacheRule": Provisioning(
        existing=(SECRET,),
        linked=("pullthroughcache.ecr.amazonaws.com",),
        unused={"a role is for upstreams in ECR": ("iam:PassRole",)},
    ),
    "AWS::ECR::Repository": Provisioning(new=(REPOSITORY,), existing=(KEY,)),
    "AWS::ECR::RepositoryCreationTemplate": Provisioning(
        new=(CACHED_REPOSITORY,),
        linked=("ecr.amazonaws.com",),
        unused={"a role is for templates with KMS keys or tags": ("iam:PassRole",)},
    ),
    "AWS::ECS::Cluster": Provisioning(
        new=(CLUSTER,),
        existing=(KEY,),
        linked=("ecs.amazonaws.com",),
        unused={
            "settings of the account are not the app's to change": (
                "ecs:PutAccountSetting",
                "ecs:PutAccountSettingDefault",
            ),
            "it has no capacity providers": ("ecs:PutClusterCapacityProviders",),
        },
    ),
    "AWS::ECS::Service": Provisioning(
        new=(SERVICE, SERVICE_DEPLOYMENT),
        unused={"ECS reaches the load balancer with its service-linked role": ("iam:PassRole",)},
    ),
    "AWS::ECS::TaskDefinition": Provisioning(
        new=(TASK_DEFINITION,), existing=(ROLE,), passed=(ROLE, "ecs-tasks.amazonaws.com")
    ),
    # The service reference knows tags of load balancers only, so that is what tags are asked for.
    "AWS::ElasticLoadBalancingV2::Listener": Provisioning(
        new=(LISTENER,),
        existing=(LOAD_BALANCER,),
        unused={"nobody signs in at it": ("cognito-idp:DescribeUserPoolClient",)},
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": Provisioning(
        new=(LISTENER_RULE,),
        existing=(LISTENER, LOAD_BALANCER),
        unused={"nobody signs in at it": ("cognito-idp:DescribeUserPoolClient",)},
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Provisioning(
        new=(LOAD_BALANCER,),
        linked=("elasticloadbalancing.amazonaws.com",),
        further=(*_ELB_NEEDS_OF_EC2, "iam:CreateServiceLinkedRole"),
        unused={
            "it reserves no capacity and has no pool of addresses": (
                "elasticloadbalancing:ModifyCapacityReservation",
                "elasticloadbalancing:ModifyIpPools",
            )
        },
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Provisioning(
        new=(TARGETS,), existing=(LOAD_BALANCER,), further=_ELB_NEEDS_OF_EC2
    ),
    "AWS::Events::Rule": Provisioning(new=(RULE,), unused={"topics let it in by their own policy": ("iam:PassRole",)}),
    "AWS::IAM::OIDCProvider": Provisioning(new=(PROVIDER,)),
    "AWS::IAM::Policy": Provisioning(
        existing=(ROLE,),
        unused={
            "all policies are roles'": tuple(
                f"iam:{verb}{kind}Policy" for verb in ("Delete", "Get", "Put") for kind in ("Group", "User")
            )
        },
    ),
    "AWS::IAM::Role": Provisioning(
        new=(ROLE,), unused={"no role may lose its boundary": ("iam:DeleteRolePermissionsBoundary",)}
    ),
    "AWS::KMS::Key": Provisioning(new=(KEY,)),
    "AWS::Lambda::Function": Provisioning(
        new=(FUNCTION,),
        existing=(ASSET,),
        passed=(ROLE, "lambda.amazonaws.com"),
        unused={
            _NO_LAMBDA_FEATURE: (
                "elasticfilesystem:DescribeMountTargets",
                "s3files:ListMountTargets",
                *(f"kms:{name}" for name in ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")),
                *(
                    f"lambda:{name}"
                    for name in (
                        *("DeleteFunctionCodeSigningConfig", "DeleteFunctionConcurrency", "GetCodeSigningConfig"),
                        *("GetLayerVersion", "PassCapacityProvider", "PublishVersion"),
                        *("PutFunctionCodeSigningConfig", "PutFunctionConcurrency", "PutFunctionRecursionConfig"),
                        *("PutFunctionScalingConfig", "PutRuntimeManagementConfig"),
                    )
                ),
            )
        },
    ),
    "AWS::Logs::LogGroup": Provisioning(
        new=(LOG_GROUP,),
        unused={
            "it has a retention and nothing else": (
                "firehose:TagDeliveryStream",
                *(
                    f"logs:{name}"
                    for name in (
                        *("AssociateKmsKey", "CreateLogDelivery", "DeleteDataProtectionPolicy", "DeleteIndexPolicy"),
                        *("DeleteResourcePolicy", "DisassociateKmsKey", "PutBearerTokenAuthentication"),
                        *("PutDataProtectionPolicy", "PutIndexPolicy", "PutLogGroupDeletionProtection"),
                        "PutResourcePolicy",
                    )
                ),
            )
        },
    ),
    "AWS::S3::Bucket": Provisioning(
        new=(BUCKET,),
        unused={
            "CloudFormation writes no objects": ("s3:DeleteObject", "s3:PutObjectAcl"),
            _NO_S3_FEATURE: (
                "iam:PassRole",
                *(
                    f"s3:{name}"
                    for name in (
                        *("CreateBucketMetadataTableConfiguration", "DeleteBucketMetadataTableConfiguration"),
                        *("DeleteBucketWebsite", "PutAccelerateConfiguration", "PutAnalyticsConfiguration"),
                        *("PutBucketAbac", "PutBucketAcl", "PutBucketCORS", "PutBucketLogging"),
                        *("PutBucketNotification", "PutBucketObjectLockConfiguration", "PutBucketVersioning"),
                        *("PutBucketWebsite", "PutIntelligentTieringConfiguration", "PutInventoryConfiguration"),
                        *("PutMetricsConfiguration", "PutReplicationConfiguration"),
                        "UpdateBucketMetadataAnnotationTableConfiguration",
                        "UpdateBucketMetadataInventoryTableConfiguration",
                        "UpdateBucketMetadataJournalTableConfiguration",
                    )
                ),
                *(
                    f"s3tables:{name}"
                    for name in (
                        *("CreateNamespace", "CreateTable", "CreateTableBucket", "GetTable"),
                        *("GetTableMetadataLocation", "PutTableBucketPolicy", "PutTableEncryption", "PutTablePolicy"),
                        "UpdateTableMetadataLocation",
                    )
                ),
            ),
        },
    ),
    "AWS::S3::BucketPolicy": Provisioning(existing=(BUCKET,)),
    "AWS::SNS::Subscription": Provisioning(
        existing=(TOPIC,), unused={"only Firehose needs a role": ("iam:GetRole", "iam:PassRole")}
    ),
    "AWS::SNS::Topic": Provisioning(
        new=(TOPIC,),
        unused={
            "deliveries are not logged": ("iam:GetRole", "iam:PassRole"),
            "messages are not inspected": ("sns:PutDataProtectionPolicy",),
        },
    ),
    "AWS::SNS::TopicPolicy": Provisioning(existing=(TOPIC,)),
    "AWS::SecretsManager::Secret": Provisioning(
        new=(SECRET,),
        unused={
            "its value is filled in by hand": ("secretsmanager:GetRandomPassword",),
            "it is in one region": (
                "secretsmanager:RemoveRegionsFromReplication",
                "secretsmanager:ReplicateSecretToRegions",
            ),
        },
    ),
}
CUSTOM_RESOURCE = Provisioning(existing=(FUNCTION,), further=("lambda:InvokeFunction",))
"""Of every `Custom::...` type: CloudFormation calls its function."""
