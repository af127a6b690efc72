"""The resource types of this app: what its resources are called, and which actions none of its properties leads to."""

from collections.abc import Mapping

from tests.identity.names import (
    ALARM,
    ASSET,
    BOUNDARY,
    BUCKET,
    CACHED_REPOSITORY,
    CLUSTER,
    DASHBOARD,
    DELIVERED_LOG_GROUP,
    FIREWALL_LOG_GROUP,
    FUNCTION,
    KEY,
    LAMBDA_LOGGING,
    LOG_GROUP,
    PARAMETER,
    PASSWORD,
    PROVIDER,
    REGION,
    REPOSITORY,
    ROLE,
    SCALABLE_TARGET,
    SCALING_ALARM,
    SCALING_ROLE,
    SECRET,
    SERVICE,
    SERVICE_DEPLOYMENT,
    TASK_DEFINITION,
)
from tests.identity.provisioned import Provisioning
from tests.identity.provisioning_alerting import ALERTING_TYPES
from tests.identity.provisioning_network import NETWORK_TYPES
from tests.identity.provisioning_telemetry import TELEMETRY_TYPES
from tests.identity.simulation import Context

CONTEXT: Mapping[str, Context] = {
    **{
        f"iam:{name}": {"iam:PermissionsBoundary": BOUNDARY}
        for name in ("CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "UpdateAssumeRolePolicy")
    },
    "iam:AttachRolePolicy": {"iam:PermissionsBoundary": BOUNDARY, "iam:PolicyARN": LAMBDA_LOGGING},
    **{f"kms:{name}": {"kms:ViaService": f"ecr.{REGION}.amazonaws.com"} for name in ("CreateGrant", "RetireGrant")},
    **{
        f"application-autoscaling:{name}": {"application-autoscaling:service-namespace": "ecs"}
        for name in (
            *("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "DeleteScalingPolicy"),
            *("PutScheduledAction", "DeleteScheduledAction"),
        )
    },
    # The alias of the load balancer, and the record by which a certificate proves itself.
    "route53:ChangeResourceRecordSets": {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "CNAME"]},
}
"""Condition keys of the requests, by action."""

WITHOUT_RESOURCE = {"cloudwatch:GetMetricData": "its resources are datasets, and what scaling reads is in none"}

_NO_S3_FEATURE = "the bucket has owner, encryption, lifecycle, public access block and tags"
_NO_LAMBDA_FEATURE = "the functions that CDK adds are code from the assets bucket, memory and timeout"

TYPES: Mapping[str, Provisioning] = {
    **NETWORK_TYPES,
    **ALERTING_TYPES,
    **TELEMETRY_TYPES,
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
        },
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Provisioning(existing=(SCALABLE_TARGET,)),
    "AWS::CloudWatch::Alarm": Provisioning(new=(ALARM,)),
    "AWS::CloudWatch::Dashboard": Provisioning(new=(DASHBOARD,)),
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
        },
    ),
    # A rolling service has no role: ECS reaches the load balancer with its service-linked one.
    "AWS::ECS::Service": Provisioning(new=(SERVICE, SERVICE_DEPLOYMENT), passed=(ROLE, "ecs.amazonaws.com")),
    "AWS::ECS::TaskDefinition": Provisioning(
        new=(TASK_DEFINITION,), existing=(ROLE,), passed=(ROLE, "ecs-tasks.amazonaws.com")
    ),
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
    "AWS::Lambda::Permission": Provisioning(existing=(FUNCTION,)),
    "AWS::Logs::LogGroup": Provisioning(
        new=(LOG_GROUP, FIREWALL_LOG_GROUP, DELIVERED_LOG_GROUP),
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
    "AWS::Logs::ResourcePolicy": Provisioning(),
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
    "AWS::SSM::Parameter": Provisioning(new=(PARAMETER,)),
    "AWS::SecretsManager::Secret": Provisioning(
        new=(SECRET, PASSWORD),
        unused={
            "it is in one region": (
                "secretsmanager:RemoveRegionsFromReplication",
                "secretsmanager:ReplicateSecretToRegions",
            ),
        },
    ),
}
CUSTOM_RESOURCE = Provisioning(existing=(FUNCTION,), further=("lambda:InvokeFunction",))
"""Of every `Custom::...` type: CloudFormation calls its function."""
