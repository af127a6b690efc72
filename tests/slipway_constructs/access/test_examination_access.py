"""Finding out what would make a release fail: which rights, and on what."""

from typing import Any

from aws_cdk import Stack

from slipway_constructs.access.examination_access import grant_examination_access
from tests.slipway_constructs.grants import OPERATED, PLACE, conditions, granted, stack_with_role

WORKFLOW, PROVIDER = "arn:aws:iam::333333333333:role/deploys", "arn:aws:iam::333333333333:oidc-provider/example.com"
SECRET = f"arn:aws:secretsmanager:{PLACE}:secret:app-AbCdEf"
OWN_ROLES = "arn:aws:iam::333333333333:role/acme-service*"


def stack_with(**changes: Any) -> Stack:
    stack, role = stack_with_role()
    arguments: dict[str, Any] = {
        "other_stack_names": ["acme-network", "acme-alarms"],
        "bootstrap_version_parameter": "/bootstrap/version",
        "workflow_role_arns": [WORKFLOW],
        "provider_arn": PROVIDER,
        "secret_arns": [SECRET],
        "topic_names": "acme-alarms-*",
    }
    grant_examination_access(role, OPERATED, **(arguments | changes))
    return stack


def test_it_only_reads_and_only_what_the_service_stands_on_wherever_aws_has_a_resource_type() -> None:
    assert granted(stack_with()) == {
        "cloudformation:DescribeStacks": {
            f"arn:aws:cloudformation:{PLACE}:stack/acme-{name}/*" for name in ("network", "alarms")
        },
        "ec2:DescribeRouteTables": {"*"},
        "ec2:DescribeSubnets": {"*"},
        "ec2:DescribeVpcEndpoints": {"*"},
        "iam:GetOpenIDConnectProvider": {PROVIDER},
        "iam:GetRole": {OWN_ROLES, WORKFLOW},
        "iam:SimulatePrincipalPolicy": {OWN_ROLES},
        "secretsmanager:DescribeSecret": {SECRET},
        "servicequotas:GetAWSDefaultServiceQuota": {"*"},
        "servicequotas:GetServiceQuota": {f"arn:aws:servicequotas:{PLACE}:fargate/*"},
        "sns:ListSubscriptionsByTopic": {f"arn:aws:sns:{PLACE}:acme-alarms-*"},
        "ssm:GetParameter": {f"arn:aws:ssm:{PLACE}:parameter/bootstrap/version"},
    }
    assert conditions(stack_with()) == {}


def test_a_service_without_secrets_gives_no_right_to_look_for_one() -> None:
    without = granted(stack_with(secret_arns=[]))
    assert granted(stack_with()).keys() - without.keys() == {"secretsmanager:DescribeSecret"}
