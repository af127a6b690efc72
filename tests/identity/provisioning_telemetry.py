"""The resource types that collect telemetry and show it, as `provisioning_table` has the others."""

from collections.abc import Mapping

from tests.identity.names import (
    DELIVERED_LOG_GROUP,
    LISTENER,
    NAMESPACE,
    NAMESPACE_SERVICE,
    RULES,
    USER_POOL,
    VPC,
    WORKSPACE,
    ZONE,
)
from tests.identity.provisioned import Provisioning

_KEYS_OF_OTHERS = ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey")
_NO_KEY = "AWS's own keys encrypt it"

TELEMETRY_TYPES: Mapping[str, Provisioning] = {
    "AWS::APS::RuleGroupsNamespace": Provisioning(new=(RULES,), existing=(WORKSPACE,)),
    "AWS::APS::Workspace": Provisioning(
        new=(WORKSPACE,),
        existing=(DELIVERED_LOG_GROUP,),
        unused={
            _NO_KEY: _KEYS_OF_OTHERS,
            "its queries are not logged": tuple(
                f"aps:{verb}QueryLoggingConfiguration" for verb in ("Create", "Delete", "Update")
            ),
            "its limits and retention are the service's own": ("aps:UpdateWorkspaceConfiguration",),
        },
    ),
    "AWS::Cognito::UserPool": Provisioning(
        new=(USER_POOL,),
        unused={
            "it sends no SMS and calls no function": ("iam:CreateServiceLinkedRole", "iam:PassRole"),
            "its attributes are the usual ones": ("cognito-idp:AddCustomAttributes",),
            _NO_KEY: (
                *_KEYS_OF_OTHERS,
                *(f"kms:{name}" for name in ("DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext")),
                *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
            ),
        },
    ),
    "AWS::Cognito::UserPoolClient": Provisioning(
        existing=(USER_POOL,),
        unused={
            "it sends nothing to Amazon Pinpoint": (
                *("iam:CreateServiceLinkedRole", "iam:DeleteRolePolicy", "iam:PassRole", "iam:PutRolePolicy"),
            ),
        },
    ),
    "AWS::Cognito::UserPoolDomain": Provisioning(
        existing=(USER_POOL,),
        unused={
            "it is a domain of Cognito's own": (
                *("cloudfront:updateDistribution", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"),
                *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
            )
        },
    ),
    # It has no handlers in the registry, so that AWS publishes no permissions of theirs.
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": Provisioning(
        existing=(LISTENER,),
        further=tuple(f"elasticloadbalancing:{verb}ListenerCertificates" for verb in ("Add", "Describe", "Remove")),
    ),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": Provisioning(new=(NAMESPACE,), existing=(VPC, ZONE)),
    "AWS::ServiceDiscovery::Service": Provisioning(new=(NAMESPACE_SERVICE,), existing=(NAMESPACE,)),
}
