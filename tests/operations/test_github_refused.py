"""`slipway github` where something is not deployed, is only in the sandbox, or cannot be asked for."""

import json
import subprocess
import sys
from typing import Any

import pytest

from operations.github import SECRETS, VARIABLES
from tests.conftest import PROJECT
from tests.operations.conftest import Slipway
from tests.operations.handing_over import (
    DEV,
    PROD,
    SANDBOX,
    Write,
    credentials_of,
    deployed,
    identity,
    registry,
    role,
    stack,
    uri,
)
from tests.operations.scripted_aws import ScriptedAws


@pytest.mark.parametrize(
    ("account", "stacks", "problem", "fix"),
    [
        (DEV, [], "slipway-identity is not deployed", f"slipway-identity-{DEV}"),
        (PROD, [registry(PROD)], "slipway-identity is not deployed", f"slipway-identity-{PROD}"),
        (PROD, [identity(PROD, "prod", builds=True)], "slipway-registry is not deployed", "slipway-registry"),
        (
            DEV,
            [stack("slipway-identity", {}, status="ROLLBACK_COMPLETE")],
            "slipway-identity is ROLLBACK_COMPLETE and has no output DiffRoleArn",
            f"slipway-identity-{DEV}",
        ),
        (
            DEV,
            [identity(DEV)],
            "slipway-identity is UPDATE_COMPLETE and has no output DeployRoleDevArn",
            f"slipway-identity-{DEV}",
        ),
        (
            PROD,
            [identity(PROD, "prod"), registry(PROD)],
            "slipway-identity is UPDATE_COMPLETE and has no output BuildRoleArn",
            f"slipway-identity-{PROD}",
        ),
    ],
)
def test_what_is_not_deployed_is_told_with_the_command_that_deploys_it(
    account: str,
    stacks: list[dict[str, Any]],
    problem: str,
    fix: str,
    aws: ScriptedAws,
    slipway: Slipway,
    two_accounts: list[str],
) -> None:
    deployed(aws, account, *stacks)
    ended = slipway(*two_accounts)
    assert ended.stderr == (
        f"slipway: the stack {problem} in eu-central-1 of account {account}.\nRun npx cdk deploy {fix}.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_the_only_identity_stack_of_the_app_is_deployed_by_its_plain_name(
    aws: ScriptedAws, slipway: Slipway, configured: Write
) -> None:
    words = configured(prod=(PROD, "eu-central-1"))
    deployed(aws, PROD)
    assert slipway(*words).stderr.endswith("\nRun npx cdk deploy slipway-identity.\n")


def test_of_the_sandbox_everything_comes_from_the_emulator(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, SANDBOX, identity(SANDBOX, "sandbox"), registry(SANDBOX, "us-east-1"))
    ended = slipway("github", "sandbox", "--json")
    assert json.loads(ended.stdout) == {
        "repository": {
            "AWS_REGISTRY_REGION": "us-east-1",
            "ECR_REPOSITORY_URI": uri(SANDBOX, "us-east-1"),
            "AWS_DIFF_ROLE_ARN_SANDBOX": role(SANDBOX, "diff"),
            "AWS_DRIFT_ROLE_ARN_SANDBOX": role(SANDBOX, "drift"),
        },
        "environments": {
            "sandbox": {
                "AWS_DEPLOY_ROLE_ARN": role(SANDBOX, "sandbox-deploy"),
                "AWS_REGION": "us-east-1",
                "AWS_ACCOUNT_ID": SANDBOX,
            }
        },
        "optional_secrets": SECRETS,
        "optional_variables": VARIABLES,
    }
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert aws.endpoints == dict.fromkeys(("sts", "cloudformation"), "http://localhost:4566")


def test_a_sandbox_without_the_stacks_is_to_be_brought_up(aws: ScriptedAws, slipway: Slipway) -> None:
    deployed(aws, SANDBOX)
    ended = slipway("github", "sandbox")
    assert ended.stderr == (
        f"slipway: the stack slipway-registry is not deployed in us-east-1 of account {SANDBOX}.\nRun make up.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_without_names_the_sandbox_is_not_meant(aws: ScriptedAws, slipway: Slipway, configured: Write) -> None:
    words = configured(prod=(PROD, "eu-central-1"), sandbox=(SANDBOX, "us-east-1"))
    deployed(aws, PROD, identity(PROD, "prod", builds=True), registry(PROD))
    ended = slipway(*words, "--json")
    assert list(json.loads(ended.stdout)["environments"]) == ["prod"]
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert not any("localhost" in endpoint for endpoint in aws.endpoints.values())


def test_where_there_is_only_the_sandbox_it_has_to_be_named(slipway: Slipway, configured: Write) -> None:
    ended = slipway(*configured(sandbox=(SANDBOX, "us-east-1")))
    assert ended.stderr == ("slipway: slipway.toml has no environment but the sandbox.\nRun slipway github sandbox.\n")
    assert (ended.exit_code, ended.stdout) == (1, "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["dev", "staging"], "environment 'staging' is not in slipway.toml; it has dev, prod, sandbox"),
        (["sandbox", "dev"], "'sandbox' cannot be combined with another environment"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_names_that_cannot_be_used_end_with_2_before_aws_is_asked(
    words: list[str], problem: str, slipway: Slipway
) -> None:
    ended = slipway("github", *words)
    assert ended.stderr == f"{problem}\n"
    assert (ended.exit_code, ended.stdout) == (2, "")


@pytest.mark.parametrize("service", ["sts", "cloudformation"])
def test_what_aws_refuses_is_explained(
    service: str, aws: ScriptedAws, slipway: Slipway, two_accounts: list[str]
) -> None:
    operation, name = {
        "sts": ("get_caller_identity", "GetCallerIdentity"),
        "cloudformation": ("describe_stacks", "DescribeStacks"),
    }[service]
    if service == "cloudformation":
        credentials_of(aws, PROD)
    aws.refuses(service, operation, "ExpiredToken", "The security token included in the request is expired")
    ended = slipway(*two_accounts)
    assert ended.stderr == f"slipway: {name} was refused: the credentials have expired.\nRun aws sso login.\n"
    assert (ended.exit_code, ended.stdout) == (1, "")


@pytest.mark.parametrize("words", [["--help"], ["github", "--help"]])
def test_help_is_given_without_loading_the_sdk(words: list[str]) -> None:
    code = "import sys; from operations.command import main; sys.argv[0] = 'slipway'\ntry: main()\n"
    code += "finally: print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "github" in ended.stdout
    assert "operations.verbs.github" in ended.stderr.split()
    assert not {"boto3", "botocore", "concurrent.futures.thread"} & set(ended.stderr.split())


def test_without_a_branch_to_build_from_no_build_role_is_looked_for(
    slipway: Slipway, configured: Write, aws: ScriptedAws
) -> None:
    deployed(aws, PROD, identity(PROD, "prod"), registry(PROD))
    ended = slipway(*configured(builds=False, prod=(PROD, "eu-central-1")), "--json")
    assert "AWS_BUILD_ROLE_ARN" not in json.loads(ended.stdout)["repository"]
