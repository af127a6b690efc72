"""What no role of the app may do, as requests to AWS: gain rights, change what runs, read what is secret."""

import re
from collections.abc import Iterable
from dataclasses import replace

from tests.identity.jobs import Installation, Job, Request, becoming, bootstrap_role, requests

STRANGER, ELSEWHERE = "999999999999", "ap-south-1"
"""An account and a region in which the app has nothing."""

# To PassRole: whoever may start something in the role's name has the role's rights.
SERVICES = ("ecs-tasks.amazonaws.com", "cloudformation.amazonaws.com", "lambda.amazonaws.com")


def escalations(within: Installation) -> Job:
    """What is nobody's job, asked of the app's own accounts and of a stranger's."""
    places = {(stack.account, stack.region) for stack in within.stacks}
    places |= {(account, ELSEWHERE) for account, _ in places} | {(STRANGER, region) for _, region in places}
    asked: Job = frozenset()
    for account, region in places:
        asked |= _secrets(account, region) | _workloads(within, account, region) | _images(account, region)
        asked |= becoming(bootstrap_role("cfn-exec", account, region))
    for account in {account for account, _ in places}:
        asked |= _rights(account, [role.arn for role in within.roles if role.account == account])
    return asked


def _rights(account: str, roles: Iterable[str]) -> Job:
    iam = f"arn:aws:iam::{account}"
    targets = [*roles, f"{iam}:role/admin", bootstrap_role("cfn-exec", account, ELSEWHERE)]
    changes = ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy")
    boundaries = ("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary")
    users = ("CreateUser", "CreateAccessKey", "CreateLoginProfile", "PutUserPolicy")
    passing = frozenset(Request("iam:PassRole", role, passed_to=service) for role in targets for service in SERVICES)
    return (
        passing
        | becoming(*targets)
        | requests([f"iam:{each}" for each in changes + boundaries], *targets)
        | requests([f"iam:{each}" for each in users], f"{iam}:user/me")
        | requests(["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"], f"{iam}:policy/slipway-boundary")
        | requests(
            ["iam:AddClientIDToOpenIDConnectProvider"], f"{iam}:oidc-provider/token.actions.githubusercontent.com"
        )
    )


def _secrets(account: str, region: str) -> Job:
    place = f"{region}:{account}"
    names = ("ecr-pullthroughcache/slipway-ghcr-a1b2c3", "payroll-a1b2c3")
    buckets = (f"cdk-hnb659fds-assets-{account}-{region}", "slipway-prod-service-accesslogs", "payroll")
    return (
        requests(
            ["secretsmanager:GetSecretValue"], *(f"arn:aws:secretsmanager:{place}:secret:{each}" for each in names)
        )
        | requests(["ssm:GetParameter", "ssm:GetParameters"], f"arn:aws:ssm:{place}:parameter/payroll")
        | requests(["kms:Decrypt"], f"arn:aws:kms:{place}:key/00000000-0000-0000-0000-000000000000")
        | requests(["s3:GetObject", "s3:PutObject"], *(f"arn:aws:s3:::{each}/1" for each in buckets))
        | requests(["logs:FilterLogEvents"], f"arn:aws:logs:{place}:log-group:payroll")
        | requests(["logs:GetLogEvents"], f"arn:aws:logs:{place}:log-group:payroll:log-stream:1")
    )


def _workloads(within: Installation, account: str, region: str) -> Job:
    ecs, asked = f"arn:aws:ecs:{region}:{account}", frozenset[Request]()
    for name in (*(each.cluster_name for each in within.configuration.environments.values()), "payroll"):
        asked |= requests(["ecs:UpdateService", "ecs:DeleteService"], f"{ecs}:service/{name}/{name}")
        asked |= requests(["ecs:ExecuteCommand", "ecs:StopTask"], f"{ecs}:task/{name}/1")
        asked |= requests(["ecs:RunTask"], f"{ecs}:task-definition/{name}:1")
    stacks = [f"arn:aws:cloudformation:{region}:{account}:stack/{stack.name}/1" for stack in within.stacks]
    changes = ("UpdateStack", "DeleteStack", "ExecuteChangeSet")
    function = f"arn:aws:lambda:{region}:{account}:function:slipway-dev-service-CustomS3AutoDelete"
    return (
        asked
        | requests([f"cloudformation:{each}" for each in changes], *stacks)
        | requests(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], function)
    )


def _images(account: str, region: str) -> Job:
    """Losing them, and letting others at them; pushing elsewhere is among the `neighbours` of the job of pushing."""
    names = ("slipway", "ghcr/example-org/example-service", f"cdk-hnb659fds-container-assets-{account}-{region}")
    ruin = ("BatchDeleteImage", "DeleteRepository", "SetRepositoryPolicy", "PutImageTagMutability")
    arns = [f"arn:aws:ecr:{region}:{account}:repository/{name}" for name in names]
    return requests([f"ecr:{each}" for each in ruin], *arns)


def neighbours(job: Job) -> Job:
    """The same actions a step beside the job: on the things of others, in other accounts and other regions."""
    return frozenset(beside for request in job for beside in _beside(request)) - job


def _beside(request: Request) -> Iterable[Request]:
    for pattern, other in (
        (r"\b\d{12}\b", STRANGER),
        (r"\b[a-z]{2}-[a-z]+-\d\b", ELSEWHERE),
        # Of another product, and of one whose name begins with ours; whole names only, as some are given by a prefix.
        (r"\bslipway|\bexample-service|\bhnb659fds", "payroll"),
        (r"(?<=/)((?:slipway|example)[\w-]*)(?=/|$)", r"\1-2"),
    ):
        changed = replace(
            request, resource=re.sub(pattern, other, request.resource), cluster=re.sub(pattern, other, request.cluster)
        )
        if changed != request:
            yield changed
