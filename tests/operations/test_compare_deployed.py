"""`slipway diff` and `slipway drift`, with a stand-in for the CDK CLI; tests/end_to_end has the real one."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations import cdk
from tests.operations.conftest import Slipway
from tests.operations.review.review_assemblies import resource, written
from tests.operations.scripted_aws import ScriptedAws

DEV, PROD = "111111111111", "222222222222"
QUEUE = {"Queue": resource("AWS::SQS::Queue", "Queue/Resource", QueueName="it")}
PLACES = {
    "slipway-dev-service": f"{DEV}/eu-central-1",
    "slipway-prod-service": f"{PROD}/eu-central-1",
    "slipway-identity-111111111111": f"{DEV}/eu-central-1",
    "slipway-registry": f"{PROD}/eu-central-1",
}
NO_DRIFT = "Stack slipway-dev-service\nNo drift detected\n\n✨  Number of resources with drift: 0 (3 unchecked)"
DRIFT = "Stack slipway-dev-service\n[~] AWS::SQS::Queue\n\n✨  Number of resources with drift: 2"

Cli = Callable[..., None]


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    return written(tmp_path / "cdk.out", dict.fromkeys(PLACES, QUEUE), places=PLACES)


@pytest.fixture
def cli(tmp_path: Path, shell: pytest.MonkeyPatch) -> Cli:
    """A stand-in that notes what it was called with, in `called.json`, and prints that text."""
    shell.setattr(cdk, "PROJECT", tmp_path)

    def install(text: str, *, code: int = 0) -> None:
        program = tmp_path / "node_modules" / ".bin" / "cdk"
        program.parent.mkdir(parents=True)
        program.write_text(
            "#!/usr/bin/env python3\n"
            "import json, os, sys\n"
            "folder = sys.argv[sys.argv.index('--app') + 1]\n"
            "files = {name: json.load(open(os.path.join(folder, name))) for name in os.listdir(folder)}\n"
            "called = {'words': sys.argv[1:], 'environment': dict(os.environ), 'files': files}\n"
            f"json.dump(called, open({str(tmp_path / 'called.json')!r}, 'w'))\n"
            f"print({text!r})\n"
            f"sys.exit({code})\n"
        )
        program.chmod(0o755)

    return install


@pytest.fixture
def called(tmp_path: Path) -> Callable[[], Mapping[str, Any]]:
    def read() -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((tmp_path / "called.json").read_text())
        return found

    return read


def takes_on_the_lookup_role(aws: ScriptedAws, account: str) -> None:
    aws.answers(
        "sts",
        "assume_role",
        {
            "Credentials": {
                "AccessKeyId": "ASIALOOKUPLOOKUP",
                "SecretAccessKey": "looks",
                "SessionToken": "session",
                "Expiration": datetime(2026, 11, 24, tzinfo=UTC),
            }
        },
        RoleArn=f"arn:aws:iam::{account}:role/cdk-hnb659fds-lookup-role-{account}-eu-central-1",
        RoleSessionName="slipway-lookup",
    )


def test_the_cli_compares_templates_with_the_rights_of_the_lookup_role_and_no_others(
    slipway: Slipway, aws: ScriptedAws, cli: Cli, called: Any, assembly: Path, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
    shell.setenv("CDK_DEPLOY_ACCOUNT", PROD)
    takes_on_the_lookup_role(aws, DEV)
    cli("\x1b[1mStack slipway-dev-service\x1b[22m\nThere were no differences")
    ended = slipway("diff", "dev", str(assembly))
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout == "Stack slipway-dev-service\nThere were no differences\n"
    words, environment = called()["words"], called()["environment"]
    assert words[3:5] == ["diff", "--all"]
    assert words[-2:] == ["--method", "template"]
    aws_settings = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    assert aws_settings == {
        "AWS_ACCESS_KEY_ID": "ASIALOOKUPLOOKUP",
        "AWS_SECRET_ACCESS_KEY": "looks",
        "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert "CDK_DEPLOY_ACCOUNT" not in environment


def test_the_cli_is_led_to_no_file_by_a_nested_stack(
    slipway: Slipway, aws: ScriptedAws, cli: Cli, called: Any, tmp_path: Path
) -> None:
    files = {"aws:asset:path": "../../secret.json", "aws:asset:property": "TemplateURL"}
    url = "https://example.com/template.json"
    nested = resource("AWS::CloudFormation::Stack", "Nested", attributes={"Metadata": files}, TemplateURL=url)
    assembly = written(tmp_path / "cdk.out", dict.fromkeys(PLACES, QUEUE | {"Nested": nested}), places=PLACES)
    takes_on_the_lookup_role(aws, DEV)
    cli("")
    assert slipway("diff", "dev", str(assembly)).exit_code == 0
    assert "aws:asset" not in json.dumps(called()["files"])
    assert "Nested" in json.dumps(called()["files"])


def test_the_cli_gets_templates_and_a_manifest_of_our_own(
    slipway: Slipway, aws: ScriptedAws, cli: Cli, called: Any, assembly: Path
) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        artifact["properties"] |= {"assumeRoleArn": "arn:aws:iam::999999999999:role/theirs"}
    manifest["missing"] = [{"key": "x", "provider": "ami", "props": {}}]
    (assembly / "manifest.json").write_text(json.dumps(manifest))
    takes_on_the_lookup_role(aws, DEV)
    cli("")
    slipway("diff", "dev", str(assembly))
    files = called()["files"]
    given = files.pop("manifest.json")
    assert given.keys() == {"version", "artifacts"}
    assert [each["properties"].keys() for each in given["artifacts"].values()] == [{"templateFile", "stackName"}] * 2
    assert {each["displayName"] for each in given["artifacts"].values()} == {
        "slipway-dev-service",
        "slipway-identity-111111111111",  # dev is the only environment of its account
    }
    assert (
        list(files.values()) == [{"Resources": {"Queue": {k: v for k, v in QUEUE["Queue"].items() if k != "Path"}}}] * 2
    )


def test_a_stack_that_would_move_to_another_account_is_named_and_not_compared(slipway: Slipway, tmp_path: Path) -> None:
    stack = "slipway-dev-service"
    moved = written(tmp_path / "moved", {stack: QUEUE}, places={stack: "333333333333/eu-central-1"})
    ended = slipway("diff", "dev", str(moved), "--json")
    assert json.loads(ended.stdout) == {"environment": "dev", "text": "", "elsewhere": [stack], "problem": ""}
    assert ended.exit_code == 0


@pytest.mark.parametrize("verb", ["diff", "drift"])
def test_a_refused_role_is_an_error_and_as_json_a_part_of_what_is_printed(
    verb: str, slipway: Slipway, aws: ScriptedAws, assembly: Path
) -> None:
    words = ["diff", "dev", str(assembly)] if verb == "diff" else ["drift", "dev", "--assembly", str(assembly)]
    aws.refuses("sts", "assume_role", "AccessDenied", "not authorized to perform sts:AssumeRole")
    ended = slipway(*words)
    said = "slipway: AssumeRole failed: AccessDenied: not authorized to perform sts:AssumeRole.\n"
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(said)
    aws.refuses("sts", "assume_role", "AccessDenied", "not authorized to perform sts:AssumeRole")
    ended = slipway(*words, "--json")
    assert json.loads(ended.stdout)["problem"] == said.removeprefix("slipway: ").removesuffix(".\n")
    assert (ended.exit_code, ended.stderr.startswith(said)) == (1, True)


def test_what_the_cli_says_last_is_repeated_when_it_fails(
    slipway: Slipway, aws: ScriptedAws, cli: Cli, assembly: Path
) -> None:
    takes_on_the_lookup_role(aws, DEV)
    cli("Stack slipway-dev-service\nNeed to perform AWS calls for account 111111111111", code=1)
    ended = slipway("diff", "dev", str(assembly))
    assert ended.exit_code == 1
    assert "cannot compare dev with what is deployed: cdk ended with exit code 1:" in ended.stderr
    assert "Need to perform AWS calls" in ended.stderr


def test_without_the_cli_it_is_said_how_to_get_it(
    slipway: Slipway, aws: ScriptedAws, assembly: Path, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setattr(cdk, "PROJECT", tmp_path)
    shell.setattr(sys, "executable", str(tmp_path / "python"))
    shell.setenv("PATH", os.defpath)
    takes_on_the_lookup_role(aws, DEV)
    ended = slipway("drift", "dev", "--assembly", str(assembly))
    assert "the CDK CLI is not installed.\nRun npm ci." in ended.stderr


def test_no_drift_is_exit_code_0_and_drift_is_1(
    slipway: Slipway, aws: ScriptedAws, cli: Cli, called: Any, assembly: Path
) -> None:
    takes_on_the_lookup_role(aws, DEV)
    cli(NO_DRIFT)
    ended = slipway("drift", "dev", "--assembly", str(assembly), "--json")
    assert json.loads(ended.stdout) == {
        "environment": "dev",
        "drifted": 0,
        "unchecked": 3,
        "text": NO_DRIFT,
        "problem": "",
    }
    assert ended.exit_code == 0
    assert called()["words"][3:] == [
        *("drift", "slipway-dev-service", "slipway-identity-111111111111"),
        *("--app", str(assembly)),
    ]


def test_drift_is_exit_code_1(slipway: Slipway, aws: ScriptedAws, cli: Cli, assembly: Path) -> None:
    takes_on_the_lookup_role(aws, DEV)
    cli(DRIFT)
    ended = slipway("drift", "dev", "--assembly", str(assembly))
    assert (ended.exit_code, ended.stdout) == (1, f"{DRIFT}\n")


@pytest.mark.parametrize(
    "text", ["Something else", f"{NO_DRIFT}\n⚠️  Failed to check drift for 1 stack(s). Check log for more details."]
)
def test_what_does_not_say_how_much_has_drifted_is_never_taken_for_none(
    text: str, slipway: Slipway, aws: ScriptedAws, cli: Cli, assembly: Path
) -> None:
    takes_on_the_lookup_role(aws, DEV)
    cli(text)
    ended = slipway("drift", "dev", "--assembly", str(assembly), "--json")
    assert ended.exit_code == 1
    assert "does not say how much has drifted in dev" in json.loads(ended.stdout)["problem"]


def test_an_assembly_without_the_environment_has_nothing_to_look_at(slipway: Slipway, tmp_path: Path) -> None:
    other = written(tmp_path / "other", {"slipway-qa-service": QUEUE})
    ended = slipway("drift", "dev", "--assembly", str(other))
    assert ended.stderr == (
        f"slipway: {other} has no stack of dev.\nRun make synth, and name the folder that it writes.\n"
    )


def test_environments_are_a_line_each_and_as_json_a_matrix_with_the_variables_of_their_roles(slipway: Slipway) -> None:
    ended = slipway("environments")
    assert [line.split() for line in ended.stdout.splitlines()] == [
        ["dev", DEV, "eu-central-1", "develop"],
        ["prod", PROD, "eu-central-1", "main"],
    ]
    ended = slipway("environments", "--json")
    assert len(ended.stdout.splitlines()) == 1  # as GITHUB_OUTPUT takes it
    assert json.loads(ended.stdout)[1] == {
        "name": "prod",
        "account": PROD,
        "region": "eu-central-1",
        "branch": "main",
        "github_environment": "prod",
        "diff_role_variable": "AWS_DIFF_ROLE_ARN_PROD",
        "drift_role_variable": "AWS_DRIFT_ROLE_ARN_PROD",
    }
