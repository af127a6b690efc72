"""Stacks as the accounts have them whose names and roles are handed over to GitHub."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest

from configuration import stack_names
from tests.operations.scripted_aws import ScriptedAws

DEV, PROD, TOOLING, STRANGER, SANDBOX = ("1" * 12, "2" * 12, "3" * 12, "9" * 12, "0" * 12)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

Write = Callable[..., list[str]]


def role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/slipway-{name}"


def uri(account: str, region: str = "eu-central-1") -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com/slipway"


def stack(name: str, outputs: Mapping[str, str], status: str = "UPDATE_COMPLETE") -> dict[str, Any]:
    return {
        "StackName": name,
        "StackStatus": status,
        "CreationTime": NOW,
        "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
    }


def identity(account: str, *environments: str, builds: bool = False, **more: Any) -> dict[str, Any]:
    """The identity stack of that account, with the roles of these environments."""
    roles = {stack_names.deploy_role_output(name): role(account, f"{name}-deploy") for name in environments}
    build = {"BuildRoleArn": role(account, "build")} if builds else {}
    reading = {"DiffRoleArn": role(account, "diff"), "DriftRoleArn": role(account, "drift")}
    return stack("slipway-identity", roles | build | reading, **more)


def registry(account: str, region: str = "eu-central-1") -> dict[str, Any]:
    return stack("slipway-registry", {"RepositoryUri": uri(account, region)})


def credentials_of(aws: ScriptedAws, account: str) -> None:
    aws.answers("sts", "get_caller_identity", {"Account": account})


def deployed(aws: ScriptedAws, account: str, *stacks: dict[str, Any]) -> None:
    """The credentials belong to that account, and these stacks are in the region that is asked."""
    credentials_of(aws, account)
    aws.answers("cloudformation", "describe_stacks", {"Stacks": [stack("somebody-elses", {}), *stacks]})


def regions(shell: pytest.MonkeyPatch, *names: str) -> list[ScriptedAws]:
    """In the place of one AWS for all regions, one for each of these."""
    scripted = {name: ScriptedAws() for name in names}
    shell.setattr(boto3, "Session", lambda **options: scripted[options["region_name"]].session(**options))
    return list(scripted.values())
