"""What no role of the app may do, as requests to AWS: gain rights, change what runs, read what is secret."""

import re
from collections.abc import Iterable
from dataclasses import replace

from configuration import Environment
from tests.identity.installation import Installation, Job, Request, becoming, bootstrap_role, requests

STRANGER, ELSEWHERE = "999999999999", "ap-south-1"
"""An account and a region in which the app has nothing."""

# Whoever may start something in a role's name has the role's rights.
PASSED_TO = ("cloudformation", "codebuild", "ec2", "ecs-tasks", "lambda")

# Part of no job, whatever the resource.
NOBODYS = {
    "iam": (
        *("AddClientIDToOpenIDConnectProvider", "AttachRolePolicy", "CreateAccessKey", "CreateLoginProfile"),
        *("CreateOpenIDConnectProvider", "CreatePolicyVersion", "CreateRole", "CreateServiceLinkedRole", "CreateUser"),
        *("DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary", "PutRolePolicy", "PutUserPolicy"),
        *("SetDefaultPolicyVersion", "TagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
    ),
    "sts": ("AssumeRoleWithSAML", "AssumeRoot", "GetFederationToken"),
    "cloudformation": (
        *("CreateChangeSet", "CreateStack", "DeleteStack", "ExecuteChangeSet", "GetTemplate", "UpdateStack"),
    ),
    "ecr": (
        *("BatchDeleteImage", "DeleteLifecyclePolicy", "DeleteRepository", "PutImageTagMutability"),
        *("PutLifecyclePolicy", "PutRegistryPolicy", "ReplicateImage", "SetRepositoryPolicy"),
    ),
    "ecs": (
        *("CreateService", "DeleteService", "DeregisterTaskDefinition", "RegisterTaskDefinition"),
        *("RunTask", "StartTask", "StopTask", "UpdateServicePrimaryTaskSet"),
    ),
    "application-autoscaling": ("DeregisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"),
    "elasticloadbalancing": ("DeleteListener", "DeleteRule", "ModifyListener", "ModifyTargetGroup", "SetWebACL"),
    "lambda": ("AddPermission", "CreateFunction", "UpdateFunctionCode"),
    "ec2": ("CreateInstanceExportTask", "ModifyInstanceAttribute", "RunInstances"),
    "secretsmanager": ("PutResourcePolicy", "PutSecretValue"),
    "ssm": ("GetParametersByPath", "PutParameter", "SendCommand", "StartSession"),
    "kms": ("CreateGrant", "Decrypt", "PutKeyPolicy", "ScheduleKeyDeletion"),
    "s3": ("DeleteObject", "GetObject", "PutBucketPolicy", "PutObject"),
    "logs": ("DeleteLogGroup", "DeleteLogStream", "GetLogEvents", "PutRetentionPolicy", "StartQuery"),
    "route53": ("ChangeResourceRecordSets",),
    "wafv2": ("DisassociateWebACL", "UpdateWebACL"),
    "cloudwatch": ("DeleteAlarms", "DisableAlarmActions", "SetAlarmState"),
    "sns": ("Publish", "Subscribe"),
}

# Part of some jobs: to whom it is not, whatever the resource; to whom it is, beside what is meant.
SOMEBODYS = (
    *("ecs:ContinueServiceDeployment", "ecs:ExecuteCommand", "ecs:UpdateService"),
    *("application-autoscaling:RegisterScalableTarget", "elasticloadbalancing:ModifyRule"),
    *("elasticloadbalancing:RegisterTargets", "lambda:InvokeFunction", "secretsmanager:GetSecretValue"),
    *("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters"),
)


def escalations(within: Installation, job: Job) -> Job:
    """What nobody may whose job is that.

    Whatever the resource: what is nobody's job, or not this one; and taking on a role that is more, in any account and
    region. And what is part of the job, with other things than those of the app.
    """
    own_actions = {request.action for request in job}
    actions = [f"{service}:{name}" for service, names in NOBODYS.items() for name in names]
    actions += [action for action in SOMEBODYS if action not in own_actions]
    passing = frozenset(
        Request("iam:PassRole", keys=(("iam:PassedToService", f"{service}.amazonaws.com"),)) for service in PASSED_TO
    )
    places = {(stack.account, region) for stack in within.stacks for region in (stack.region, ELSEWHERE)}
    more = [bootstrap_role("cfn-exec", *place) for place in places] + [f"arn:aws:iam::{STRANGER}:role/*"]
    own = [role.arn for role in within.roles]
    admins = [f"arn:aws:iam::{account}:role/{name}" for account, _ in places for name in ("admin", "aws-reserved/*")]
    misuse = frozenset(each for known in within.configuration.environments.values() for each in _misuse(known))
    return requests(actions, "*") | passing | becoming(*more, *own, *admins) | misuse


def _misuse(environment: Environment) -> Iterable[Request]:
    """What looks like a part of somebody's job, asked of the environment's own service or of something beside it."""

    def arn(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{environment.region}:{environment.account}:{resource}"

    service = arn("ecs", f"service/{environment.cluster_name}/{environment.service_name}")
    yield Request("ecs:UpdateService", service, (("ecs:task-definition", arn("ecs", "task-definition/any:1")),))
    yield Request("ecs:UpdateService", service, (("ecs:enable-execute-command", "true"),))
    yield Request("ecs:UpdateService", service, (("ecs:subnet", arn("ec2", "subnet/subnet-1")),))
    yield Request("ecs:ExecuteCommand", arn("ecs", "task/payroll/1"))
    yield Request(
        "application-autoscaling:RegisterScalableTarget",
        arn("application-autoscaling", "scalable-target/1"),
        (("application-autoscaling:service-namespace", "dynamodb"),),
    )
    yield Request("elasticloadbalancing:ModifyRule", arn("elasticloadbalancing", "listener-rule/app/payroll/1/1/1"))
    yield Request("elasticloadbalancing:RegisterTargets", arn("elasticloadbalancing", "targetgroup/payroll/1"))
    for function in ("payroll", f"slipway-{environment.name}-network-CustomVpcRestrictDefaultSG-0123456789AB"):
        yield Request("lambda:InvokeFunction", arn("lambda", f"function:{function}"))
    yield Request("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:payroll-AbCdEf"))
    for action in ("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters"):
        yield Request(action, arn("ssm", "parameter/payroll"))


def neighbours(job: Job) -> Job:
    """The same actions a step beside the job: on the things of others, in other accounts and other regions."""
    return frozenset(beside for request in job for beside in _beside(request)) - job


def _beside(request: Request) -> Iterable[Request]:
    for pattern, other in (
        (r"\b\d{12}\b", STRANGER),
        (r"\b[a-z]{2}-[a-z]+-\d\b", ELSEWHERE),
        # Of another product, of another environment, of another stack of the environment.
        (r"\bslipway|\bexample-service|\bhnb659fds", "payroll"),
        (r"(?<=\bslipway-)[a-z]+", "payroll"),
        (r"-service\b", "-network"),
        (r"-(?:deploy|file-publishing|lookup)-role-", "-image-publishing-role-"),
        # Of one whose name begins with ours; not where CloudFormation made up the end, so that a prefix is granted.
        (r"(?<=/)((?:slipway|example)[\w-]*)(?<!-[0-9A-F]{12})(?=/|$)", r"\1-2"),
    ):
        changed = replace(
            request,
            resource=re.sub(pattern, other, request.resource),
            keys=tuple((key, re.sub(pattern, other, value)) for key, value in request.keys),
        )
        if changed != request:
            yield changed
