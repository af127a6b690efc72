"""What CloudFormation and the roles of the app must not get: attempts to gain rights, by what would be gained."""

from collections.abc import Mapping, Sequence

from tests.identity.bootstrap import DOCUMENTS
from tests.identity.names import (
    ACCOUNT,
    BOUNDARY,
    CERTIFICATE,
    ENDPOINT,
    KEY,
    LAMBDA_LOGGING,
    REGION,
    ROLE,
    SCALING_ROLE,
    SERVICE,
    STACK_TAG,
    TASK_DEFINITION,
    USER_POOL,
    VPC,
    WORKSPACE,
    ZONE,
    arn,
    role_arn,
)
from tests.identity.service_reference import actions
from tests.identity.simulation import Context

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STRANGER = role_arn("administrator")
DEPLOY, EXECUTE = (role_arn(f"cdk-hnb659fds-{name}-role-{ACCOUNT}-{REGION}") for name in ("deploy", "cfn-exec"))
ASSETS = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
OTHER_PROVIDER = arn("iam", "oidc-provider/gitlab.com", region="")
OTHER_LOAD_BALANCER = arn("elasticloadbalancing", "loadbalancer/app/other/1")
OTHER_CHANNEL = arn("chatbot", "chat-configuration/slack-channel/other", region="")
OTHER_CONNECTIONS_SECRET = arn("secretsmanager", "secret:events!connection/other/1-1A2B3C")
OTHER_TASK = arn("ecs", "task/other/1")
USER, GROUP = (arn("iam", f"{kind}/slipway-any", region="") for kind in ("user", "group"))
BOUNDED: Context = {"iam:PermissionsBoundary": BOUNDARY}
OTHERWISE_BOUNDED: Sequence[Context] = (
    {},
    {"iam:PermissionsBoundary": ADMINISTRATOR},
    {"iam:PermissionsBoundary": f"{BOUNDARY}-2"},
    {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/mine/slipway-permissions-boundary"},
)

Attempt = tuple[str, str, Context]


def passing(role: str, *services: str) -> list[Attempt]:
    return [("iam:PassRole", role, {"iam:PassedToService": f"{service}.amazonaws.com"}) for service in services]


def each_on(resource: str, *names: str, context: Context | None = None) -> list[Attempt]:
    return [(name, resource, context or {}) for name in names]


def all_but(pattern: str, *allowed: str) -> list[Attempt]:
    """Every action of that pattern, wherever, but those that the app has a use for."""
    return [(action, "*", {}) for action in actions(pattern) if action.partition(":")[2] not in allowed]


def records(*types: str) -> list[Attempt]:
    """A change of DNS records of these types at once."""
    context: Context = {"route53:ChangeResourceRecordSetsRecordTypes": list(types)}
    return [("route53:ChangeResourceRecordSets", ZONE, context)]


REFUSED_TO_CLOUDFORMATION: Mapping[str, Sequence[Attempt]] = {
    "a role without the boundary, or with another": [
        (action, ROLE, context)
        for action in ("iam:CreateRole", "iam:PutRolePermissionsBoundary")
        for context in OTHERWISE_BOUNDED
    ],
    "more rights for a role without the boundary": [
        (action, ROLE, context)
        for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")
        for context in OTHERWISE_BOUNDED
    ]
    + [("iam:AttachRolePolicy", ROLE, {**context, "iam:PolicyARN": LAMBDA_LOGGING}) for context in OTHERWISE_BOUNDED],
    "a managed policy of its own choice": [
        ("iam:AttachRolePolicy", ROLE, {**BOUNDED, "iam:PolicyARN": policy})
        for policy in (ADMINISTRATOR, f"arn:aws:iam::{ACCOUNT}:policy/service-role/AWSLambdaBasicExecutionRole")
    ],
    "a role that is not the app's": [
        attempt
        for role in (STRANGER, DEPLOY, EXECUTE, SCALING_ROLE)
        for attempt in [
            *each_on(role, "iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", context=BOUNDED),
            ("iam:AttachRolePolicy", role, {**BOUNDED, "iam:PolicyARN": LAMBDA_LOGGING}),
            *each_on(role, "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:UpdateRole"),
        ]
    ],
    "a role for whom it is not": [
        *passing(ROLE, "ec2", "cloudformation", "codebuild", "glue", "states", "scheduler"),
        *passing(STRANGER, "ecs", "ecs-tasks", "lambda", "vpc-flow-logs", "chatbot", "events"),
        *passing(EXECUTE, "cloudformation", "ecs", "ecs-tasks", "lambda"),
        *passing(SCALING_ROLE, "ecs", "ecs-tasks", "lambda"),
        ("iam:PassRole", ROLE, {}),
    ],
    "the service-linked role of a service that the app does not use": [
        (
            "iam:CreateServiceLinkedRole",
            role_arn(f"aws-service-role/{service}/AWSServiceRole"),
            {"iam:AWSServiceName": service},
        )
        for service in ("spot.amazonaws.com", "organizations.amazonaws.com", "cloudtrail.amazonaws.com")
    ],
    "users and groups": [
        *each_on(USER, "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
        *each_on(USER, "iam:PutUserPolicy", "iam:AttachUserPolicy", context=BOUNDED),
        *each_on(GROUP, "iam:CreateGroup", "iam:AddUserToGroup", "iam:PutGroupPolicy", "iam:AttachGroupPolicy"),
    ],
    "another identity provider": [
        *each_on(OTHER_PROVIDER, "iam:CreateOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint"),
        *each_on(OTHER_PROVIDER, "iam:AddClientIDToOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider"),
        ("iam:CreateSAMLProvider", arn("iam", "saml-provider/any", region=""), {}),
    ],
    "the rights of another role": each_on(DEPLOY, "sts:AssumeRole") + each_on(STRANGER, "sts:AssumeRole"),
    "code and data that are not the app's": [
        *each_on("arn:aws:s3:::other", "s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketPolicy"),
        *each_on(ASSETS, "s3:DeleteBucket", "s3:PutBucketPolicy"),
        *each_on(f"{ASSETS}/any.zip", "s3:PutObject", "s3:DeleteObject"),
        ("s3:GetObject", f"{ASSETS}/any.zip", {"aws:ResourceAccount": "999999999999"}),
        *each_on("arn:aws:s3:::other/any", "s3:GetObject"),
        *each_on("arn:aws:s3:::slipway-prod-service-accesslogs/any", "s3:GetObject", "s3:DeleteObject"),
        *each_on(arn("ecr", "repository/other"), "ecr:DeleteRepository", "ecr:SetRepositoryPolicy"),
        *each_on(arn("ecr", "repository/cdk-hnb659fds-container-assets"), "ecr:DeleteRepository", "ecr:PutImage"),
        *each_on("*", "ecr:PutRegistryPolicy", "ecr:PutReplicationConfiguration"),
        *each_on(arn("logs", "log-group:other"), "logs:DeleteLogGroup", "logs:PutRetentionPolicy"),
        *each_on(arn("secretsmanager", "secret:other-1A2B3C"), "secretsmanager:GetSecretValue"),
        *each_on(arn("secretsmanager", "secret:slipway-app-1A2B3C"), "secretsmanager:GetSecretValue"),
        *each_on(OTHER_CONNECTIONS_SECRET, "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        *each_on(arn("lambda", "function:other"), "lambda:UpdateFunctionCode", "lambda:InvokeFunction"),
        *each_on(KEY, "kms:Decrypt", "kms:CreateGrant", "kms:GenerateDataKey"),
        ("kms:CreateGrant", KEY, {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}),
        *each_on(arn("ssm", "parameter/other"), "ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameter"),
        *each_on(arn("ssm", "parameter/cdk-bootstrap/hnb659fds/version"), "ssm:PutParameter", "ssm:DeleteParameter"),
        *each_on(arn("logs", "log-group:aws-waf-logs-other"), "logs:DeleteLogGroup", "logs:PutRetentionPolicy"),
    ],
    "metrics and people that are not the app's": [
        *each_on(WORKSPACE, "aps:DeleteWorkspace", "aps:PutAlertManagerDefinition"),
        *each_on(WORKSPACE, "aps:DeleteWorkspace", context={STACK_TAG: "other-service"}),
        *each_on(WORKSPACE, "aps:QueryMetrics", "aps:RemoteWrite", context={STACK_TAG: "slipway-prod-x"}),
        *each_on(USER_POOL, "cognito-idp:DeleteUserPool", "cognito-idp:UpdateUserPoolClient"),
        *each_on(USER_POOL, "cognito-idp:UpdateUserPool", context={STACK_TAG: "other-service"}),
        *each_on(USER_POOL, "cognito-idp:AdminCreateUser", context={STACK_TAG: "slipway-prod-x"}),
        *each_on(arn("secretsmanager", "secret:other-grafana-1A2B3C"), "secretsmanager:GetSecretValue"),
    ],
    "names and certificates that are not the app's": [
        *(attempt for kind in ("CAA", "DS", "MX", "NS", "SOA", "TXT") for attempt in records(kind)),
        *records("A", "TXT"),
        *each_on(ZONE, "route53:DeleteHostedZone", "route53:ChangeTagsForResource"),
        ("route53:CreateTrafficPolicy", "*", {}),
        *each_on(CERTIFICATE, "acm:DeleteCertificate", "acm:UpdateCertificateOptions"),
        *each_on(CERTIFICATE, "acm:DeleteCertificate", context={STACK_TAG: "other-service"}),
        *each_on(CERTIFICATE, "acm:ExportCertificate", "acm:ImportCertificate", context={STACK_TAG: "slipway-prod-x"}),
    ],
    "what runs beside the app": [
        *each_on(VPC, "ec2:DeleteVpc", "ec2:DetachInternetGateway"),
        *each_on(VPC, "ec2:DeleteVpc", context={STACK_TAG: "other-network"}),
        *each_on(arn("ec2", "route-table/rtb-2"), "ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"),
        *each_on(arn("ec2", "security-group/sg-2"), "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"),
        *each_on(ENDPOINT, "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
        *each_on(ENDPOINT, "ec2:DeleteVpcEndpoints", context={STACK_TAG: "other-network"}),
        *each_on(arn("ec2", "instance/i-1"), "ec2:RunInstances", "ec2:TerminateInstances", "ec2:CreateTags"),
        *each_on(arn("ecs", "cluster/other"), "ecs:DeleteCluster", "ecs:PutClusterCapacityProviders"),
        *each_on(arn("ecs", "service/other/other"), "ecs:UpdateService", "ecs:DeleteService"),
        *each_on(arn("ecs", "task-definition/slipway:1"), "ecs:RunTask"),
        *each_on(OTHER_LOAD_BALANCER, "elasticloadbalancing:DeleteLoadBalancer", "wafv2:DisassociateWebACL"),
        *each_on(OTHER_LOAD_BALANCER, "elasticloadbalancing:DeleteWebACLAssociation"),
        *each_on(arn("wafv2", "regional/webacl/other/1"), "wafv2:DeleteWebACL", "wafv2:UpdateWebACL"),
        *each_on(arn("wafv2", "regional/rulegroup/slipway/1"), "wafv2:DeleteRuleGroup", "wafv2:UpdateRuleGroup"),
        *each_on(arn("cloudwatch", "alarm:other"), "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
        *each_on(arn("sns", "other"), "sns:DeleteTopic", "sns:Subscribe", "sns:SetTopicAttributes"),
        *each_on(arn("events", "rule/other"), "events:DeleteRule", "events:PutTargets"),
        *each_on(arn("events", "connection/other/1"), "events:DeleteConnection", "events:UpdateConnection"),
        *each_on(arn("events", "api-destination/other/1"), "events:UpdateApiDestination"),
        *each_on(OTHER_CHANNEL, "chatbot:DeleteSlackChannelConfiguration", "chatbot:UpdateSlackChannelConfiguration"),
        *each_on(arn("sqs", "other"), "sqs:DeleteQueue", "sqs:SetQueueAttributes"),
        *each_on(
            arn("application-autoscaling", "scalable-target/1"),
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:PutScheduledAction",
            context={"application-autoscaling:service-namespace": "dynamodb"},
        ),
        *each_on(arn("cloudformation", "stack/other/1"), "cloudformation:DescribeStacks", "cloudformation:DeleteStack"),
        *each_on(arn("cloudformation", "stack/slipway-dev-network/1"), "cloudformation:UpdateStack"),
    ],
}

# What no other policy could give CloudFormation either.
DENIED_TO_CLOUDFORMATION: Mapping[str, Sequence[Attempt]] = {
    "the end of a boundary": each_on(ROLE, "iam:DeleteRolePermissionsBoundary", context=BOUNDED),
    "a change of these limits": [
        attempt
        for name in DOCUMENTS
        for attempt in each_on(
            f"arn:aws:iam::{ACCOUNT}:policy/slipway-{name}",
            *("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
            "iam:SetDefaultPolicyVersion",
        )
    ],
    "a change of the roles that these limits are for": [
        attempt
        for role in (DEPLOY, EXECUTE)
        for attempt in each_on(
            role,
            *("iam:AttachRolePolicy", "iam:DeleteRole", "iam:DetachRolePolicy", "iam:PutRolePolicy"),
            *("iam:PutRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy", "iam:PassRole"),
        )
    ],
}

# What none of the app's roles may, whatever its own policies say.
REFUSED_TO_ROLES: Mapping[str, Sequence[Attempt]] = {
    "identities and accounts": [
        *all_but("iam:*", "GetOpenIDConnectProvider", "GetRole", "SimulatePrincipalPolicy"),
        *(
            attempt
            for service in ("account", "identitystore", "organizations", "sso", "sso-directory")
            for attempt in all_but(f"{service}:*")
        ),
        *each_on(STRANGER, "iam:GetRole", "iam:SimulatePrincipalPolicy"),
        *each_on(OTHER_PROVIDER, "iam:GetOpenIDConnectProvider"),
    ],
    "other roles": [
        *each_on(STRANGER, "sts:AssumeRole"),
        *each_on(EXECUTE, "sts:AssumeRole"),
        *each_on(ROLE, "sts:AssumeRole"),
        *each_on(DEPLOY, "sts:TagSession", "sts:SetSourceIdentity"),
    ],
    "keys": [
        *((action, "*", {}) for action in actions("kms:*")),
        ("kms:Decrypt", KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
    ],
    "infrastructure": [
        *all_but(
            "application-autoscaling:*", "DescribeScalableTargets", "DescribeScheduledActions", "RegisterScalableTarget"
        ),
        *all_but("ecs:Update*", "UpdateService"),
        *all_but("elasticloadbalancing:Modify*", "ModifyRule"),
        *all_but("events:*", "InvokeApiDestination"),
        *all_but("lambda:*", "InvokeFunction"),
        *all_but("sns:*", "ListSubscriptionsByTopic"),
        *all_but("sqs:*", "SendMessage"),
        *(
            attempt
            for pattern in (
                *("acm:*", "autoscaling:*", "cloudformation:Create*", "cloudformation:Delete*"),
                *("cloudformation:Execute*", "cloudformation:Update*", "cloudtrail:*", "config:*", "ec2:Create*"),
                *("ec2:Delete*", "ec2:Run*", "ecs:Create*", "ecs:Delete*", "ecs:Put*", "ecs:Register*", "ecs:Run*"),
                *("ecs:Start*", "elasticloadbalancing:Create*", "elasticloadbalancing:Delete*"),
                *(
                    "elasticloadbalancing:Set*",
                    "chatbot:*",
                    "route53:*",
                    "ssm:Put*",
                    "ssm:Send*",
                    "ssm:Start*",
                ),
                "wafv2:*",
            )
            for attempt in all_but(pattern)
        ),
    ],
    "what runs, and where, and a way into it": [
        *each_on(SERVICE, "ecs:UpdateService", context={"ecs:task-definition": TASK_DEFINITION}),
        *each_on(SERVICE, "ecs:UpdateService", context={"ecs:enable-execute-command": "true"}),
        *each_on(SERVICE, "ecs:UpdateService", context={"ecs:subnet": arn("ec2", "subnet/subnet-1")}),
        *each_on(OTHER_TASK, "ecs:ExecuteCommand"),
        *each_on(arn("ecs", "service/other/other"), "ecs:UpdateService", "ecs:ContinueServiceDeployment"),
        *each_on(
            arn("application-autoscaling", "scalable-target/1"),
            "application-autoscaling:RegisterScalableTarget",
            context={"application-autoscaling:service-namespace": "dynamodb"},
        ),
        *each_on(arn("elasticloadbalancing", "listener-rule/app/other/1/1/1"), "elasticloadbalancing:ModifyRule"),
        *each_on(arn("elasticloadbalancing", "targetgroup/other/1"), "elasticloadbalancing:RegisterTargets"),
        *each_on(arn("lambda", "function:other"), "lambda:InvokeFunction"),
        *each_on(arn("events", "api-destination/other/1"), "events:InvokeApiDestination"),
        *each_on(arn("sns", "other"), "sns:ListSubscriptionsByTopic"),
        *each_on(arn("sqs", "other"), "sqs:SendMessage"),
    ],
    "images and data that are not theirs": [
        *each_on(arn("ecr", "repository/other"), "ecr:BatchGetImage", "ecr:PutImage"),
        *each_on(arn("ecr", "repository/cdk-hnb659fds-container-assets-1"), "ecr:PutImage"),
        *each_on(arn("ecr", "repository/slipway"), "ecr:DeleteRepository", "ecr:SetRepositoryPolicy"),
        *each_on(arn("ecr", "repository/slipway"), "ecr:BatchDeleteImage", "ecr:PutImageTagMutability"),
        *each_on("arn:aws:s3:::other/any", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        *each_on("arn:aws:s3:::slipway-prod-service-accesslogs/any", "s3:GetObject", "s3:PutObject"),
        *each_on("arn:aws:s3:::other", "s3:PutBucketPolicy", "s3:ListBucket"),
        *each_on(arn("secretsmanager", "secret:other-1A2B3C"), "secretsmanager:GetSecretValue"),
        *each_on(arn("secretsmanager", "secret:slipway/any-1A2B3C"), "secretsmanager:PutSecretValue"),
        *each_on(arn("ssm", "parameter/other"), "ssm:GetParameter", "ssm:GetParameterHistory"),
        *each_on(arn("logs", "log-group:other:log-stream:any"), "logs:PutLogEvents"),
        *each_on(arn("logs", "log-group:slipway-prod-any"), "logs:DeleteLogGroup", "logs:PutRetentionPolicy"),
        *each_on(arn("ecs", "service/other/other"), "ecs:DescribeServices"),
    ],
}
