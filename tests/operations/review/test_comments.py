"""Comments on pull requests as people see them: five made-up changes through the whole command."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from operations.rendering.deployed import FROM_A_FORK
from operations.rendering.review import LIMIT, markdown
from operations.review.deployed import DeployedDiff
from operations.review.report import Review
from tests.operations.conftest import Ended, Slipway
from tests.operations.review.review_assemblies import (
    NETWORK,
    SERVICE,
    Resources,
    attribute,
    changed,
    policy,
    ref,
    resource,
    statement,
    without,
    written,
)
from tests.pipeline.github_server import REPOSITORY, GitHub

GATEWAYS: Resources = {
    f"Gateway{number}": resource("AWS::EC2::NatGateway", f"Network/Gateway{number}", AllocationId=f"eipalloc-{number}")
    for number in range(3)
}
TASKS = policy(statement("s3:GetObject", "arn:aws:s3:::acme-uploads/*"))
SERVICES: Resources = {
    "Orders": resource(
        "AWS::DynamoDB::Table",
        "Data/Orders/Resource",
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        attributes={"DeletionPolicy": "Delete"},
    ),
    "TaskRole": resource(
        "AWS::IAM::Role", "Task/Role/Resource", Policies=[{"PolicyName": "It", "PolicyDocument": TASKS}]
    ),
    "Group": resource("AWS::EC2::SecurityGroup", "Tasks/Group/Resource", GroupDescription="Tasks", VpcId="vpc-1"),
    "Entry": resource(
        "AWS::EC2::SecurityGroupIngress",
        "Tasks/Entry",
        GroupId=attribute("Group", "GroupId"),
        IpProtocol="tcp",
        FromPort=8000,
        ToPort=8000,
        CidrIp="10.20.0.0/16",
    ),
    "Cluster": resource("AWS::ECS::Cluster", "Cluster/Resource", ClusterName="slipway-prod", Tables=[ref("Orders")]),
}
BEFORE = {NETWORK: GATEWAYS, SERVICE: SERVICES}
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CDK_DIFF = """Stack slipway-prod-network
There were no differences

Stack slipway-prod-service
Resources
[~] AWS::DynamoDB::Table Data/Orders Orders replace
 └─ [~] TableName (requires replacement)
     ├─ [-] orders
     └─ [+] orders-2

✨  Number of stacks with differences: 1"""


@pytest.fixture
def review(slipway: Slipway, tmp_path: Path) -> Any:
    """Runs `slipway review` over these stacks, before and after."""

    def run(after: Mapping[str, Resources], *words: str, **more: Any) -> Ended:
        base = written(tmp_path / "base", BEFORE)
        head = written(tmp_path / "head", after, **more)
        return slipway("review", str(base), str(head), "--commit", COMMIT, *words)

    return run


def deployed(folder: Path, **more: Any) -> Sequence[str]:
    """The options that hand over what `slipway diff` printed for prod."""
    path = folder / "deployed-prod.json"
    path.write_text(json.dumps(DeployedDiff("prod", **more).as_json()))
    return ["--deployed", str(path)]


def test_a_change_that_changes_nothing(review: Any, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    text = "Stack slipway-prod-service\nThere were no differences\n"
    ended = review(BEFORE, *deployed(tmp_path, text=text))
    assert ended.exit_code == 0
    assert ended.stdout == snapshot


def test_a_database_that_would_be_replaced(review: Any, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    after = {**BEFORE, SERVICE: changed(SERVICES, "Orders", TableName="orders-2")}
    ended = review(after, *deployed(tmp_path, text=CDK_DIFF))
    assert ended.exit_code == 1
    assert ended.stdout == snapshot


def test_a_role_that_may_more(review: Any, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    wider = policy(statement(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::*"))
    services = changed(SERVICES, "TaskRole", Policies=[{"PolicyName": "It", "PolicyDocument": wider}])
    after = {**BEFORE, SERVICE: changed(services, "Entry", CidrIp="0.0.0.0/0")}
    accepted = {f"{SERVICE}/Task/Role": {"AwsSolutions-IAM5[Resource::arn:aws:s3:::*]": "Uploads go to any bucket."}}
    problem = "AssumeRole failed: AccessDenied: not authorized"
    ended = review(after, *deployed(tmp_path, problem=problem), acknowledged=accepted)
    assert ended.exit_code == 0
    assert ended.stdout == snapshot


def test_an_environment_that_costs_less(review: Any, snapshot: SnapshotAssertion) -> None:
    ended = review({**BEFORE, NETWORK: without(GATEWAYS, "Gateway1", "Gateway2")})
    assert ended.exit_code == 0
    assert ended.stdout == snapshot
    assert "| prod |" in ended.stdout.partition("### Cost a month")[2]


def test_a_change_from_a_fork(review: Any, snapshot: SnapshotAssertion) -> None:
    ended = review({**BEFORE, SERVICE: without(SERVICES, "Orders")}, "--fork")
    assert ended.exit_code == 1
    assert ended.stdout == snapshot
    assert FROM_A_FORK in ended.stdout


def test_the_comment_is_there_before_the_job_fails(review: Any, github: GitHub) -> None:
    ended = review({**BEFORE, SERVICE: without(SERVICES, "Orders")}, "--comment", "7")
    assert ended.exit_code == 1
    (body,) = github.bodies()
    assert body == ended.stdout.rstrip("\n")
    assert ended.stderr == f"On the pull request: https://github.com/{REPOSITORY}/pull/7#issuecomment-1000\n"


def test_the_comment_is_kept_up_to_date(github: GitHub, slipway: Slipway, tmp_path: Path) -> None:
    base, head = written(tmp_path / "base", BEFORE), written(tmp_path / "head", {**BEFORE, SERVICE: {}})
    slipway("review", str(base), str(head), "--comment", "7")
    same = written(tmp_path / "same", BEFORE)
    assert slipway("review", str(base), str(same), "--comment", "7").exit_code == 0
    (body,) = github.bodies()
    assert "## Slipway review: nothing changes" in body


def test_what_cannot_be_commented_is_printed_and_fails(review: Any, github: GitHub, shell: pytest.MonkeyPatch) -> None:
    shell.delenv("GITHUB_TOKEN")
    ended = review(BEFORE, "--comment", "7")
    assert "## Slipway review: nothing changes" in ended.stdout
    assert ended.stderr.splitlines() == [
        "slipway: GitHub cannot be asked: GITHUB_TOKEN is not set.",
        "A workflow has GITHUB_REPOSITORY; say GITHUB_TOKEN: ${{ github.token }} under env of the step.",
    ]
    assert (ended.exit_code, github.asked) == (2, [])


def test_as_json_it_says_of_what_is_deployed_too(review: Any, tmp_path: Path) -> None:
    ended = review(BEFORE, *deployed(tmp_path, text="Stack a"), "--json")
    assert json.loads(ended.stdout)["deployed"] == [
        {"environment": "prod", "text": "Stack a", "elsewhere": [], "problem": ""}
    ]


@pytest.mark.parametrize("content", ["", "[]", '{"environment": "prod"}'])
def test_a_file_that_is_no_diff_is_one_readable_line(content: str, review: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    ended = review(BEFORE, "--deployed", str(path))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"{path}: is not what slipway diff --json prints: ")
    assert len(ended.stderr.splitlines()) == 1


def test_what_the_cli_says_of_a_strangers_names_stays_text() -> None:
    hostile = "[+] AWS::SQS::Queue x\n```\n## Approved\n@acme/team <b>\n````\n| a |"
    text = markdown(Review(environments=("prod",)), deployed=[DeployedDiff("prod", hostile, ("`a` @acme",))])
    block = text.partition("`````\n")[2].partition("\n`````")[0]
    assert block == hostile
    assert "@acme" not in text.replace(block, "").replace("`` `a` @acme ``", "")


def test_a_long_diff_is_shortened_and_the_comment_never_longer_than_github_takes() -> None:
    long = "\n".join(f"[+] AWS::SQS::Queue Queue{number}" for number in range(2_000))
    diffs = [DeployedDiff(f"env-{number}", long) for number in range(7)]
    shortened = markdown(Review(environments=()), deployed=diffs[:1])
    shown = shortened.count("[+]")
    assert 0 < shown < 2_000
    assert f"... and {2_000 - shown} more lines" in shortened
    text = markdown(Review(environments=()), deployed=diffs)
    assert len(text) <= LIMIT
    assert text.endswith("Too long for a comment: what is deployed. `--json` has them all.")


def test_stacks_in_another_account_are_named() -> None:
    text = markdown(Review(environments=()), deployed=[DeployedDiff("prod", "", ("slipway-prod-service",))])
    assert "In another account than prod, and not compared: `slipway-prod-service`." in text
