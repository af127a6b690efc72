"""`slipway github`: what it asks of which account, and the commands that it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier
from typing import Any

import boto3
import pytest

from operations.gateways.cloudformation import CloudFormation, Stack
from operations.github import SECRETS, VARIABLES, HandOver
from operations.rendering.github import lines
from tests.operations.conftest import Slipway
from tests.operations.handing_over import (
    DEV,
    PROD,
    STRANGER,
    TOOLING,
    Write,
    credentials_of,
    deployed,
    identity,
    regions,
    registry,
    role,
    uri,
)
from tests.operations.scripted_aws import ScriptedAws

REPOSITORY = "acme/shop"

# Of GitHub's CLI: notes what it is called with.
STAND_IN = """
import json, sys
with open("seen", "a") as seen:
    print(json.dumps(sys.argv[1:]), file=seen)
"""

OPTIONAL = """If you like, gh secret set NAME --repo acme/shop, which asks for the secret:
  CODECOV_TOKEN: Codecov shows the coverage
  SLACK_WEBHOOK_URL: Slack is told how a run of the pipeline ended
  PAGERDUTY_ROUTING_KEY: PagerDuty is told of a failure, and of the success after it
If you like, gh variable set NAME --repo acme/shop --body VALUE:
  PAGERDUTY_URL: https://events.eu.pagerduty.com for an account in the EU
"""


def test_as_text_it_is_one_command_a_line(aws: ScriptedAws, slipway: Slipway, two_accounts: list[str]) -> None:
    deployed(aws, PROD, identity(PROD, "prod", builds=True), registry(PROD))
    ended = slipway(*two_accounts)
    assert ended.stdout.splitlines() == [
        f"gh variable set AWS_BUILD_ROLE_ARN --repo acme/shop --body {role(PROD, 'build')}",
        "gh variable set AWS_REGISTRY_REGION --repo acme/shop --body eu-central-1",
        f"gh variable set ECR_REPOSITORY_URI --repo acme/shop --body {uri(PROD)}",
        f"gh variable set AWS_DIFF_ROLE_ARN_PROD --repo acme/shop --body {role(PROD, 'diff')}",
        f"gh variable set AWS_DRIFT_ROLE_ARN_PROD --repo acme/shop --body {role(PROD, 'drift')}",
        "gh api --silent repos/acme/shop/environments/prod 2>/dev/null"
        " || gh api --silent --method PUT repos/acme/shop/environments/prod",
        f"gh variable set AWS_DEPLOY_ROLE_ARN --repo acme/shop --env prod --body {role(PROD, 'prod-deploy')}",
        "gh variable set AWS_REGION --repo acme/shop --env prod --body eu-central-1",
        f"gh variable set AWS_ACCOUNT_ID --repo acme/shop --env prod --body {PROD}",
    ]
    assert ended.stderr == f"dev is in account {DEV}: run this again with its credentials.\n{OPTIONAL}"
    assert ended.exit_code == 0


def test_as_json_it_is_one_object_on_stdout(aws: ScriptedAws, slipway: Slipway, two_accounts: list[str]) -> None:
    deployed(aws, PROD, identity(PROD, "prod", builds=True), registry(PROD))
    ended = slipway(*two_accounts, "--json")
    assert json.loads(ended.stdout) == {
        "repository": {
            "AWS_BUILD_ROLE_ARN": role(PROD, "build"),
            "AWS_REGISTRY_REGION": "eu-central-1",
            "ECR_REPOSITORY_URI": uri(PROD),
            "AWS_DIFF_ROLE_ARN_PROD": role(PROD, "diff"),
            "AWS_DRIFT_ROLE_ARN_PROD": role(PROD, "drift"),
        },
        "environments": {
            "prod": {
                "AWS_DEPLOY_ROLE_ARN": role(PROD, "prod-deploy"),
                "AWS_REGION": "eu-central-1",
                "AWS_ACCOUNT_ID": PROD,
            }
        },
        "optional_secrets": SECRETS,
        "optional_variables": VARIABLES,
    }
    assert ended.stderr == f"dev is in account {DEV}: run this again with its credentials.\n"
    assert ended.exit_code == 0


def test_where_the_registry_is_in_another_account_its_variables_are_left_out(
    aws: ScriptedAws, slipway: Slipway, two_accounts: list[str]
) -> None:
    deployed(aws, DEV, identity(DEV, "dev"))
    ended = slipway(*two_accounts, "--json")
    printed = json.loads(ended.stdout)
    assert printed["repository"] == {
        "AWS_DIFF_ROLE_ARN_DEV": role(DEV, "diff"),
        "AWS_DRIFT_ROLE_ARN_DEV": role(DEV, "drift"),
    }
    assert list(printed["environments"]) == ["dev"]
    assert ended.stderr == f"prod and the registry are in account {PROD}: run this again with its credentials.\n"
    assert ended.exit_code == 0


def test_each_other_account_is_named_once_with_all_that_is_there(
    aws: ScriptedAws, slipway: Slipway, configured: Write
) -> None:
    environments = {"dev": DEV, "qa": PROD, "prod": PROD, "demo": TOOLING}
    words = configured(**{name: (account, "eu-central-1") for name, account in environments.items()})
    deployed(aws, DEV, identity(DEV, "dev"))
    assert slipway(*words).stderr.splitlines() == [
        f"qa, prod and the registry are in account {PROD}: run this again with its credentials.",
        f"demo is in account {TOOLING}: run this again with its credentials.",
        *OPTIONAL.splitlines(),
    ]


def test_the_account_of_the_registry_needs_no_environment(
    aws: ScriptedAws, slipway: Slipway, configured: Write
) -> None:
    words = configured(registry=(TOOLING, "eu-west-1"), dev=(DEV, "eu-west-1"))
    deployed(aws, TOOLING, identity(TOOLING, builds=True), registry(TOOLING, "eu-west-1"))
    ended = slipway(*words, "--json")
    assert json.loads(ended.stdout) == {
        "repository": {
            "AWS_BUILD_ROLE_ARN": role(TOOLING, "build"),
            "AWS_REGISTRY_REGION": "eu-west-1",
            "ECR_REPOSITORY_URI": uri(TOOLING, "eu-west-1"),
        },
        "environments": {},
        "optional_secrets": SECRETS,
        "optional_variables": VARIABLES,
    }
    assert ended.stderr == f"dev is in account {DEV}: run this again with its credentials.\n"
    assert ended.exit_code == 0


@pytest.mark.parametrize(
    ("words", "what", "which"),
    [
        ([], f"dev is in account {DEV}, prod and the registry are in account {PROD}", "one of those accounts"),
        (["prod"], f"prod and the registry are in account {PROD}", "that account"),
    ],
)
def test_where_nothing_is_in_the_account_of_the_credentials_the_command_fails(
    words: list[str], what: str, which: str, aws: ScriptedAws, slipway: Slipway, two_accounts: list[str]
) -> None:
    credentials_of(aws, STRANGER)
    ended = slipway(*two_accounts, *words)
    assert ended.stderr == (
        f"slipway: {what}, but the credentials are of account {STRANGER}.\n"
        f"Run this again with the credentials of {which}.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_only_the_environments_that_are_named_are_printed(
    aws: ScriptedAws, slipway: Slipway, configured: Write
) -> None:
    words = configured(**dict.fromkeys(("dev", "qa", "prod"), (PROD, "eu-central-1")))
    deployed(aws, PROD, identity(PROD, "dev", "qa", "prod", builds=True), registry(PROD))
    ended = slipway(*words, "prod", "dev", "--json")
    printed = json.loads(ended.stdout)
    assert list(printed["environments"]) == ["prod", "dev"]
    assert [name for name in printed["repository"] if "DIFF" in name] == [
        "AWS_DIFF_ROLE_ARN_PROD",
        "AWS_DIFF_ROLE_ARN_DEV",
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_names_are_written_as_github_takes_them(aws: ScriptedAws, slipway: Slipway, configured: Write) -> None:
    words = configured(load_test=(PROD, "eu-central-1", 'github_environment = "Load.Test"'))
    deployed(aws, PROD, identity(PROD, "load-test", builds=True), registry(PROD))
    printed = slipway(*words).stdout.splitlines()
    assert printed[3:7] == [
        f"gh variable set AWS_DIFF_ROLE_ARN_LOAD_TEST --repo acme/shop --body {role(PROD, 'diff')}",
        f"gh variable set AWS_DRIFT_ROLE_ARN_LOAD_TEST --repo acme/shop --body {role(PROD, 'drift')}",
        "gh api --silent repos/acme/shop/environments/Load.Test 2>/dev/null"
        " || gh api --silent --method PUT repos/acme/shop/environments/Load.Test",
        f"gh variable set AWS_DEPLOY_ROLE_ARN --repo acme/shop --env Load.Test --body {role(PROD, 'load-test-deploy')}",
    ]


def test_a_shell_hands_every_value_to_gh_as_it_is(tmp_path: Path) -> None:
    values = {"QUOTES": 'it\'s a "role"', "EXPANDED": "$HOME `id` $(id) *", "ENDING": "a; exit 1 # b", "EMPTY": ""}
    hand_over = HandOver(REPOSITORY, repository=values, environments={"pre prod": values}, elsewhere={})
    gh = tmp_path / "gh"
    gh.write_text(f"#!{sys.executable}\n{STAND_IN}")
    gh.chmod(0o755)
    subprocess.run(
        ["/bin/sh", "-eu"],
        input="\n".join(lines(hand_over)),
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": "/"},
        cwd=tmp_path,
        text=True,
        check=True,
    )
    seen = [json.loads(line) for line in (tmp_path / "seen").read_text().splitlines()]
    set_variable, repository = ["variable", "set"], ["--repo", REPOSITORY]
    assert seen == [
        *([*set_variable, name, *repository, "--body", value] for name, value in values.items()),
        ["api", "--silent", "repos/acme/shop/environments/pre prod"],  # answered, so it is there: no PUT
        *([*set_variable, name, *repository, "--env", "pre prod", "--body", value] for name, value in values.items()),
    ]


def test_the_identity_stack_is_looked_for_in_the_region_of_the_first_environment_of_the_account(
    slipway: Slipway, configured: Write, shell: pytest.MonkeyPatch
) -> None:
    words = configured(dev=(DEV, "us-east-1"), qa=(PROD, "eu-west-1"), prod=(PROD, "eu-central-1"))
    asked, first, last = regions(shell, "us-east-1", "eu-west-1", "eu-central-1")
    credentials_of(asked, PROD)
    first.answers("cloudformation", "describe_stacks", {"Stacks": [identity(PROD, "qa", "prod", builds=True)]})
    last.answers("cloudformation", "describe_stacks", {"Stacks": [registry(PROD)]})
    ended = slipway(*words, "dev", "prod", "--json")
    printed = json.loads(ended.stdout)
    assert printed["environments"] == {
        "prod": {
            "AWS_DEPLOY_ROLE_ARN": role(PROD, "prod-deploy"),
            "AWS_REGION": "eu-central-1",
            "AWS_ACCOUNT_ID": PROD,
        }
    }
    assert printed["repository"]["ECR_REPOSITORY_URI"] == uri(PROD)
    for each in (asked, first, last):
        each.assert_that_all_was_asked()


def test_in_one_region_the_credentials_are_taken_from_the_shell_once(
    aws: ScriptedAws, slipway: Slipway, two_accounts: list[str], shell: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def session(**options: Any) -> Any:
        made.append(options["region_name"])
        return aws.session(**options)

    shell.setattr(boto3, "Session", session)
    deployed(aws, PROD, identity(PROD, "prod", builds=True), registry(PROD))
    assert slipway(*two_accounts).exit_code == 0
    assert made == ["eu-central-1"]


def test_the_regions_are_asked_at_the_same_time(slipway: Slipway, configured: Write, shell: pytest.MonkeyPatch) -> None:
    words = configured(registry=(PROD, "eu-west-1"), prod=(PROD, "eu-central-1"))
    here, there = regions(shell, "eu-central-1", "eu-west-1")
    credentials_of(here, PROD)
    here.answers("cloudformation", "describe_stacks", {"Stacks": [identity(PROD, "prod", builds=True)]})
    there.answers("cloudformation", "describe_stacks", {"Stacks": [registry(PROD, "eu-west-1")]})
    both, ask = Barrier(2), CloudFormation.stacks

    def asked_with_the_other(client: CloudFormation) -> list[Stack]:
        both.wait(timeout=5)  # broken unless the other region is being asked, too
        return ask(client)

    shell.setattr(CloudFormation, "stacks", asked_with_the_other)
    ended = slipway(*words, "--json")
    assert json.loads(ended.stdout)["repository"]["ECR_REPOSITORY_URI"] == uri(PROD, "eu-west-1")
    assert ended.exit_code == 0
