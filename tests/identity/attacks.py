"""What no role of the app may do, as requests to AWS: gain rights, change what runs, read what is secret."""

import re
from collections.abc import Iterable
from dataclasses import replace

from tests.identity.jobs import Installation, Job, Request, becoming, bootstrap_role, requests

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
        *("CreateService", "DeleteService", "DeregisterTaskDefinition", "ExecuteCommand", "RegisterTaskDefinition"),
        *("RunTask", "StartTask", "StopTask", "UpdateService", "UpdateServicePrimaryTaskSet"),
    ),
    "lambda": ("AddPermission", "CreateFunction", "InvokeFunction", "UpdateFunctionCode"),
    "ec2": ("CreateInstanceExportTask", "ModifyInstanceAttribute", "RunInstances"),
    "secretsmanager": ("GetSecretValue", "PutResourcePolicy", "PutSecretValue"),
    "ssm": ("GetParameter", "GetParameters", "GetParametersByPath", "PutParameter", "SendCommand", "StartSession"),
    "kms": ("CreateGrant", "Decrypt", "PutKeyPolicy", "ScheduleKeyDeletion"),
    "s3": ("DeleteObject", "GetObject", "PutBucketPolicy", "PutObject"),
    "logs": ("DeleteLogGroup", "DeleteLogStream", "GetLogEvents", "PutRetentionPolicy", "StartQuery"),
    "cloudwatch": ("DeleteAlarms", "DisableAlarmActions", "SetAlarmState"),
    "sns": ("Publish", "Subscribe"),
}


def escalations(within: Installation) -> Job:
    """Whatever the resource: what is nobody's job; and taking on a role that is more, in any account and region."""
    actions = [f"{service}:{name}" for service, names in NOBODYS.items() for name in names]
    passing = frozenset(Request("iam:PassRole", passed_to=f"{service}.amazonaws.com") for service in PASSED_TO)
    places = {(stack.account, region) for stack in within.stacks for region in (stack.region, ELSEWHERE)}
    more = [bootstrap_role("cfn-exec", *place) for place in places] + [f"arn:aws:iam::{STRANGER}:role/*"]
    own = [role.arn for role in within.roles]
    admins = [f"arn:aws:iam::{account}:role/{name}" for account, _ in places for name in ("admin", "aws-reserved/*")]
    return requests(actions, "*") | passing | becoming(*more, *own, *admins)


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
        # Of one whose name begins with ours; whole names only, as some are given by a prefix.
        (r"(?<=/)((?:slipway|example)[\w-]*)(?=/|$)", r"\1-2"),
    ):
        changed = replace(
            request, resource=re.sub(pattern, other, request.resource), cluster=re.sub(pattern, other, request.cluster)
        )
        if changed != request:
            yield changed
