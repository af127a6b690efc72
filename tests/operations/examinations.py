"""An account in which nothing is wrong, as `slipway doctor` asks for it; tests change what they are about."""

import json
from typing import Any, Protocol

from tests.operations import deployed
from tests.operations.deployed import ACCOUNT, EXECUTION_ROLE, REGION, REGISTRY_ACCOUNT, TASK_ROLE
from tests.operations.recorded_aws import RecordedAws

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
CDK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-deploy-role-{ACCOUNT}-{REGION}"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-AbCdEf"
INDEX = {
    "mediaType": "application/vnd.oci.image.index.v1+json",
    "manifests": [
        {"digest": "sha256:a", "platform": {"architecture": "arm64", "os": "linux"}},
        {"digest": "sha256:b", "platform": {"architecture": "unknown", "os": "unknown"}},
    ],
}
SINGLE = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {"digest": "sha256:c"}}
TRUST_OF_TASKS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}],
}


class Printed(Protocol):
    """What a command has written."""

    @property
    def stdout(self) -> str: ...


def trust_of_workflows(context: str, **claims: str) -> dict[str, Any]:
    subjects = [
        f"repo:example-org/example-service:{context}",
        f"repo:example-org@1000001/example-service@2000002:{context}",
    ]
    conditions = {"aud": "sts.amazonaws.com", "sub": subjects, "repository_id": "2000002", **claims}
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": PROVIDER},
        "Condition": {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in conditions.items()}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(aws: RecordedAws, name: str, trust: dict[str, Any]) -> None:
    described = {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROA1234567890123456",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": deployed.NOW,
        "AssumeRolePolicyDocument": json.dumps(trust),
    }
    aws.records("GetRole", {"Role": described}, RoleName=name)


def image(aws: RecordedAws, manifest: dict[str, Any]) -> None:
    digest, place = "sha256:0123456789abcdef", {"registryId": REGISTRY_ACCOUNT, "repositoryName": "slipway"}
    aws.records("DescribeImages", {"imageDetails": [{"imageDigest": digest}]}, **place)
    found = {"imageId": {"imageDigest": digest}, "imageManifest": json.dumps(manifest)}
    aws.records("BatchGetImage", {"images": [found]}, imageIds=[{"imageDigest": digest}], **place)


def routes(aws: RecordedAws, *found: dict[str, Any], **table: Any) -> None:
    described = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": list(found), "Associations": [{"Main": True}]}
    aws.records("DescribeRouteTables", {"RouteTables": [described | table]})


def with_secrets(aws: RecordedAws, **value_from: str) -> None:
    secrets = [{"name": name, "valueFrom": value} for name, value in value_from.items()]
    definition = deployed.task_definition(containerDefinitions=[deployed.container(secrets=secrets)])
    aws.records("DescribeTaskDefinition", {"taskDefinition": definition})


def record_health(aws: RecordedAws) -> None:
    """An account in which nothing is wrong."""
    deployed.record(aws)
    for each in ("network", "telemetry", "observability"):
        name = f"slipway-dev-{each}"
        aws.records("DescribeStacks", {"Stacks": [deployed.stack(name)]}, StackName=name)
    version = {"Parameter": {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "33"}}
    aws.records("GetParameter", version, Name="/cdk-bootstrap/hnb659fds/version")
    credentials = {"AccessKeyId": "A" * 16, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": deployed.NOW}
    aws.records("AssumeRole", {"Credentials": credentials}, RoleArn=CDK_ROLE)
    aws.records("GetOpenIDConnectProvider", {"ClientIDList": ["sts.amazonaws.com"]})
    role(aws, "slipway-dev-deploy", trust_of_workflows("environment:dev", ref="refs/heads/develop"))
    role(aws, "slipway-diff", trust_of_workflows("pull_request"))
    role(aws, "slipway-drift", trust_of_workflows("ref:refs/heads/main", workflow="drift"))
    for arn in (EXECUTION_ROLE, TASK_ROLE):
        role(aws, arn.rpartition("/")[2], TRUST_OF_TASKS)
    aws.records("SimulatePrincipalPolicy", {"EvaluationResults": []})
    image(aws, INDEX)
    subnets = [
        {"SubnetId": each, "VpcId": "vpc-1", "AvailabilityZone": f"{REGION}{each[-1]}"} for each in deployed.SUBNETS
    ]
    aws.records("DescribeSubnets", {"Subnets": subnets})
    routes(aws, {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"})
    aws.records("DescribeVpcEndpoints", {"VpcEndpoints": []})
    aws.records("GetServiceQuota", {"Quota": {"Value": 16.0}})


def said(ended: Printed, outcome: str) -> list[str]:
    """The checks of that outcome as one line each."""
    lines = " ".join(line.strip() if line.startswith(" ") else f"\n{line}" for line in ended.stdout.splitlines())
    return [line.strip() for line in lines.splitlines() if line.startswith(outcome)]


def only(ended: Printed, outcome: str) -> str:
    """The only check that is not OK."""
    (line,) = [each for kind in ("FAIL", "WARN") for each in said(ended, kind)]
    assert line.startswith(outcome)
    return line.removeprefix(outcome).strip()


def secret(aws: RecordedAws, text: str | None) -> None:
    aws.records("DescribeSecret", {"ARN": SECRET}, SecretId=SECRET)
    value = {"SecretString": text} if text is not None else {}
    aws.records("GetSecretValue", value, SecretId=SECRET)
