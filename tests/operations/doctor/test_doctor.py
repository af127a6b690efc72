"""`slipway doctor`: what it asks, what it says of it all, and with which exit code."""

import json
from typing import Any

import boto3
import pytest

from tests.operations import deployed
from tests.operations.conftest import Slipway
from tests.operations.deployed import STACK
from tests.operations.examinations import CDK_ROLE, PROVIDER, only, said
from tests.operations.recorded_aws import RecordedAws


@pytest.mark.usefixtures("healthy")
def test_where_nothing_is_wrong_every_line_is_ok_and_the_exit_code_is_0(slipway: Slipway) -> None:
    ended = slipway("doctor", "dev")
    assert ended.stdout.splitlines() == [
        "OK    credentials: of account 111111111111",
        "OK    stack slipway-dev-service: UPDATE_COMPLETE",
        "OK    bootstrap eu-central-1: version 33",
        "OK    CDK's deploy role: these credentials may take it on:",
        "      cdk-hnb659fds-deploy-role-111111111111-eu-central-1",
        "OK    identity provider:",
        f"      {PROVIDER}",
        "OK    role slipway-dev-deploy: accepts",
        "      repo:example-org/example-service:environment:dev and",
        "      repo:example-org@1000001/example-service@2000002:environment:dev",
        "OK    role slipway-diff: accepts repo:example-org/example-service:pull_request",
        "      and repo:example-org@1000001/example-service@2000002:pull_request",
        "OK    role slipway-drift: accepts",
        "      repo:example-org/example-service:ref:refs/heads/main and",
        "      repo:example-org@1000001/example-service@2000002:ref:refs/heads/main",
        "OK    stack slipway-dev-network: UPDATE_COMPLETE",
        "OK    stack slipway-dev-telemetry: UPDATE_COMPLETE",
        "OK    stack slipway-dev-observability: UPDATE_COMPLETE",
        "OK    image: sha-1234567 is there for arm64: sha256:0123456789ab",
        "OK    secrets: the tasks are given none",
        "OK    execution role: slipway-dev-service-WebServiceExecutionRole lets ECS take",
        "      it on",
        "OK    task role: slipway-dev-service-WebServiceTaskRole lets ECS take it on",
        "OK    execution role's rights: it may pull the image, write logs and read the",
        "      secrets, as IAM simulates it",
        "OK    ports: load balancer and container agree on 8000",
        "OK    way out: subnet-0a (eu-central-1a): by way of igw-1",
        "OK    way out: subnet-0b (eu-central-1b): by way of igw-1",
        "OK    deployment alarms: 2 of them, none is firing",
        "OK    quota: 1 of 16 vCPUs of Fargate at most, by this service",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "dev: 21 OK\n")


@pytest.mark.parametrize("words", [(), ("dev",)])
def test_in_one_region_the_credentials_are_taken_from_the_shell_once(
    words: tuple[str, ...], healthy: RecordedAws, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def session(**options: Any) -> boto3.Session:
        made.append(options["region_name"])
        return healthy.session(**options)

    shell.setattr(boto3, "Session", session)
    assert slipway("doctor", *words).exit_code == 0
    assert made == ["eu-central-1"]


def test_as_json_it_is_one_object_on_stdout(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.records("GetCallerIdentity", {"Account": "333333333333"})
    ended = slipway("doctor", "dev", "--json")
    assert json.loads(ended.stdout) == {
        "subject": "dev",
        "failed": True,
        "checks": [
            {
                "name": "credentials",
                "outcome": "FAIL",
                "says": "the credentials are of account 333333333333, but dev is in 111111111111",
                "fix": "Sign in to account 111111111111; aws sts get-caller-identity prints where you are.",
            }
        ],
    }
    assert ended.exit_code == 6


def test_credentials_that_have_expired_fail_and_nothing_else_is_asked(
    recorded_aws: RecordedAws, slipway: Slipway
) -> None:
    recorded_aws.refuses("GetCallerIdentity", "ExpiredToken", "The token is expired")
    ended = slipway("doctor", "dev")
    assert only(ended, "FAIL") == (
        "credentials: GetCallerIdentity was refused: the credentials have expired Run aws sso login."
    )
    assert (ended.exit_code, recorded_aws.operations()) == (6, ["GetCallerIdentity"])


def test_what_may_not_be_asked_is_a_warning_and_never_ok(healthy: RecordedAws, slipway: Slipway) -> None:
    for operation in (
        *("DescribeStacks", "GetParameter", "GetOpenIDConnectProvider", "GetRole", "SimulatePrincipalPolicy"),
        *("DescribeImages", "GetServiceQuota"),
    ):
        healthy.denies(operation)
    ended = slipway("doctor", "dev")
    assert said(ended, "OK") == [
        "OK    credentials: of account 111111111111",
        f"OK    CDK's deploy role: these credentials may take it on: {CDK_ROLE.rpartition('/')[2]}",
        "OK    secrets: slipway.toml gives the tasks none",
    ]
    warned = said(ended, "WARN")
    assert len(warned) == 10
    assert all("could not be checked" in line and "AccessDenied" in line for line in warned if "image:" not in line)
    assert "Check the permissions of the credentials in use" in warned[0]
    assert (ended.exit_code, said(ended, "FAIL")) == (0, [])


def test_the_checks_of_a_service_that_may_not_be_asked_are_warnings(healthy: RecordedAws, slipway: Slipway) -> None:
    for operation in ("DescribeTargetGroups", "DescribeSubnets", "DescribeAlarms"):
        healthy.denies(operation)
    ended = slipway("doctor", "dev")
    names = [line.removeprefix("WARN").strip().partition(":")[0] for line in said(ended, "WARN")]
    assert names == ["ports", "way out", "deployment alarms"]
    assert ended.exit_code == 0


@pytest.mark.parametrize(
    ("version", "line"),
    [
        (None, "bootstrap eu-central-1: account 111111111111 is not prepared for CDK in eu-central-1 Follow"),
        ("7", "bootstrap eu-central-1: the bootstrap stack has version 7, and CDK needs 8 Follow bootstrap/README.md"),
    ],
)
def test_an_account_that_is_not_bootstrapped_for_this_cdk_fails(
    version: str | None, line: str, healthy: RecordedAws, slipway: Slipway
) -> None:
    if version:
        healthy.records("GetParameter", {"Parameter": {"Value": version}})
    else:
        healthy.refuses("GetParameter", "ParameterNotFound")
    ended = slipway("doctor", "dev")
    assert only(ended, "FAIL").startswith(line)
    assert ended.exit_code == 6


def test_credentials_that_may_not_deploy_fail(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("AssumeRole", "AccessDenied", "User: ada is not authorized to perform: sts:AssumeRole")
    assert only(slipway("doctor", "dev"), "FAIL") == (
        "CDK's deploy role: these credentials may not take on cdk-hnb659fds-deploy-role-111111111111-eu-central-1, "
        "through which everything is deployed Sign in as somebody who may, such as the deploy role of dev or the "
        "operator."
    )


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("UPDATE_ROLLBACK_FAILED", f"{STACK} is UPDATE_ROLLBACK_FAILED Run npx cdk rollback {STACK}; if one resource"),
        ("REVIEW_IN_PROGRESS", f"{STACK} is REVIEW_IN_PROGRESS Its first change set was never executed: run aws"),
        ("ROLLBACK_COMPLETE", f"{STACK} is ROLLBACK_COMPLETE Its creation failed: run slipway release dev --tag"),
        ("UPDATE_IN_PROGRESS", f"{STACK} is UPDATE_IN_PROGRESS: somebody deploys Wait until it is done; slipway watch"),
    ],
)
def test_a_stack_that_takes_no_update_fails(status: str, line: str, healthy: RecordedAws, slipway: Slipway) -> None:
    described = {"Stacks": [deployed.stack(STACK, status, **deployed.OUTPUTS)]}
    healthy.records("DescribeStacks", described, StackName=STACK)
    assert only(slipway("doctor", "dev"), "FAIL").startswith(f"stack {STACK}: {line}")


def test_a_stack_that_a_release_leaves_alone_is_a_warning(healthy: RecordedAws, slipway: Slipway) -> None:
    name = "slipway-dev-network"
    described = {"Stacks": [deployed.stack(name, "UPDATE_ROLLBACK_FAILED")]}
    healthy.records("DescribeStacks", described, StackName=name)
    assert only(slipway("doctor", "dev"), "WARN").startswith(f"stack {name}: {name} is UPDATE_ROLLBACK_FAILED")


def test_a_service_that_was_removed_by_hand_fails(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.records("DescribeServices", {"services": []})
    assert only(slipway("doctor", "dev"), "FAIL").startswith("service: the service slipway-dev is not in the cluster")


def test_before_the_first_deployment_what_can_be_looked_at_is(healthy: RecordedAws, slipway: Slipway) -> None:
    message = "Stack with id x does not exist"
    healthy.refuses("DescribeStacks", "ValidationError", message)
    ended = slipway("doctor", "dev")
    assert said(ended, "WARN") == [
        f"WARN  stack {STACK}: {STACK} is not deployed: there is nothing yet to look at README.md, To a real account, "
        "tells how to deploy dev first.",
        "WARN  image: no image tag is known: neither is one given, nor is one deployed Name the tag to be released: "
        "--tag TAG.",
    ]
    assert ended.exit_code == 0
    assert "DescribeServices" not in healthy.operations()


def test_without_an_environment_all_of_the_account_are_examined(healthy: RecordedAws, slipway: Slipway) -> None:
    ended = slipway("doctor")
    assert [line.partition(": ")[0] for line in said(ended, "OK")] == [
        "OK    credentials",
        "OK    bootstrap eu-central-1",
        "OK    identity provider",
        "OK    role slipway-dev-deploy",
        "OK    role slipway-diff",
        "OK    role slipway-drift",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "account 111111111111: 6 OK\n")
    assert not {"DescribeStacks", "DescribeServices"} & set(healthy.operations())


def test_an_account_with_nothing_in_it_fails(recorded_aws: RecordedAws, slipway: Slipway) -> None:
    recorded_aws.records("GetCallerIdentity", {"Account": "333333333333"})
    ended = slipway("doctor")
    assert only(ended, "FAIL") == (
        "credentials: the credentials are of account 333333333333, in which slipway.toml has no environment and no "
        "registry Sign in to one of 222222222222, 111111111111; aws sts get-caller-identity prints where you are."
    )
    assert ended.exit_code == 6


def test_an_environment_that_is_unknown_is_bad_input(slipway: Slipway) -> None:
    assert slipway("doctor", "staging").exit_code == 2
