"""The comment on a pull request."""

import re
import tomllib
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from configuration.approved_changes import ApprovedChange
from operations.rendering.markdown import code, plain
from operations.rendering.review import LIMIT, MARKER, approval, markdown
from operations.review.assembly import Approval
from operations.review.costs import CostChange
from operations.review.report import (
    AcknowledgedFinding,
    Action,
    Broadening,
    Refusal,
    ResourceChange,
    Review,
    SettingChange,
    StackChange,
)

SERVICE = "slipway-prod-service"


def change(name: str, action: Action, **more: object) -> ResourceChange:
    plain_change = ResourceChange("prod", SERVICE, name, name.replace("/", ""), "AWS::SQS::Queue", action)
    return replace(plain_change, **more)  # type: ignore[arg-type]  # each test says what it needs


REFUSAL = Refusal(
    change="replacement",
    environment="prod",
    stack=SERVICE,
    resource="Data/Table",
    logical_id="DataTable1",
    type="AWS::DynamoDB::Table",
    what="would be replaced: TableName",
    why="If CloudFormation makes a new one, its data is lost.",
)

FULL = Review(
    environments=("shared", "dev", "prod"),
    stacks=[StackChange("dev", "slipway-dev-network", "111111111111/eu-west-1/slipway-dev-network", True, "")],  # noqa: FBT003 - as data
    resources=[
        change("Data/Table", Action.REPLACED, properties=("TableName",), causes=("TableName",)),
        change(
            "Data/Replica",
            Action.MAY_BE_REPLACED,
            properties=("Engine", "A", "B", "C", "D", "E"),
            causes=("Engine, which refers to Data/Table",),
            retained=True,
            note="CloudFormation refuses to replace it as long as Name stays 'a'",
        ),
        change("Queue", Action.DESTROYED, retained=True),
        change("Bell", Action.ADDED, environment="dev", stack="slipway-dev-service"),
        change("Role", Action.CHANGED, environment="shared", stack="slipway-identity", properties=("Policies[0]",)),
    ],
    broadenings=[
        Broadening(
            "shared", "slipway-identity", "Role", "Role1", "may s3:* on arn:${AWS::Partition}:s3:::*", new=False
        ),
        Broadening("dev", "slipway-dev-network", "Group", "Group1", "admits tcp port 443 from 0.0.0.0/0", new=True),
    ],
    settings=[SettingChange("prod", SERVICE, "parameter", "Size", "added", "has no default")],
    acknowledged=[
        AcknowledgedFinding("prod", SERVICE, "Data/Table", "AwsSolutions-DDB3", "A cache: it is filled anew.")
    ],
    refusals=[
        REFUSAL,
        replace(REFUSAL, change="stack_removal", resource=None, what="is no longer in the app", why="It stays."),
        replace(REFUSAL, change="deletion", resource="Queue", what="would be destroyed", approval="Nothing reads it."),
    ],
    unused_approvals=[
        Approval("production_rule", SERVICE, "ProductionRule/Rule", "Was needed once."),
        Approval("stack_removal", "slipway-old-service", None, "Was needed once."),
    ],
)

COSTS = [
    CostChange("prod", Decimal("1210.50"), Decimal("98.00"), not_priced=("AWS::DynamoDB::Table",)),
    CostChange("dev", None, Decimal("24.10")),
    CostChange("old", Decimal("10.00"), None),
    CostChange("far", None, None, problem="there are no prices of xx-far-1"),
]


def test_the_comment_is_as_reviewed(snapshot: SnapshotAssertion) -> None:
    assert markdown(FULL, COSTS) == snapshot


def test_nothing_changed_is_said_in_a_line(snapshot: SnapshotAssertion) -> None:
    assert markdown(Review(environments=("shared", "prod"))) == snapshot


def test_what_is_allowed_is_not_called_refused() -> None:
    text = markdown(replace(FULL, refusals=[]))
    assert "## Slipway review: nothing is refused" in text
    assert "approved_changes" not in text


def test_the_first_line_is_what_a_workflow_finds_its_comment_by() -> None:
    assert markdown(FULL).splitlines()[0] == MARKER


def test_without_prices_nothing_is_said_of_costs() -> None:
    assert "Cost" not in markdown(FULL)


def test_the_block_approves_what_was_refused_once_a_reason_is_filled_in() -> None:
    text = markdown(FULL)
    block = text.partition("```toml\n")[2].partition("```")[0]
    tables = tomllib.loads(block.replace('reason = ""', 'reason = "It is only a cache."'))["approved_changes"]
    approved = [ApprovedChange.model_validate(table) for table in tables]
    assert [(each.change, each.stack, each.resource) for each in approved] == [
        (each.change, each.stack, each.resource) for each in FULL.refused
    ]


@given(st.text(min_size=1))
def test_any_name_can_be_approved(name: str) -> None:
    (table,) = tomllib.loads("\n".join(approval(replace(REFUSAL, resource=name))))["approved_changes"]
    assert table["resource"] == name


def test_names_and_reasons_of_strangers_stay_text() -> None:
    hostile = "`x` | <b>@acme/team</b>\n## Approved [link](https://example.com)"
    review = replace(
        FULL,
        refusals=[replace(REFUSAL, resource=hostile, what=hostile), replace(REFUSAL, approval=hostile)],
        broadenings=[replace(each, resource=hostile, grant=hostile) for each in FULL.broadenings],
        resources=[change(hostile, Action.CHANGED, properties=(hostile,), causes=(hostile,), note=hostile)],
        acknowledged=[replace(FULL.acknowledged[0], resource=hostile, finding=hostile, reason=hostile)],
        settings=[replace(FULL.settings[0], name=hostile, note=hostile)],
        stacks=[replace(FULL.stacks[0], stack=hostile)],
    )
    lines = markdown(review, COSTS).splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## Slipway review: 1 change refused"]
    tables = [line.replace("\\|", "") for line in lines if line.startswith("|")]
    assert {line.count("|") for line in tables} <= {4, 5, 6}
    outside_of_code = plain(hostile)
    assert "<" not in outside_of_code.replace("\\<", "")
    assert "@a" not in outside_of_code


@given(st.text())
def test_text_stays_in_its_line_and_its_cell(text: str) -> None:
    for rendered in (plain(text), code(text)):
        assert len(rendered.splitlines()) <= 1
        assert "|" not in re.sub(r"\\.", "", rendered)  # what is left when GitHub has taken the escapes


def test_a_comment_is_never_longer_than_github_takes() -> None:
    many = [
        change(f"Queue{number}", Action.CHANGED, properties=("A" * 100,), environment=environment)
        for number in range(300)
        for environment in ("dev", "prod")
    ]
    text = markdown(replace(FULL, resources=many))
    assert len(text) <= LIMIT
    assert "<summary>dev: 300 resources</summary>" in text
    assert text.endswith("Too long for a comment: the resources of prod. `--json` has them all.")
    refused = markdown(replace(FULL, refusals=[replace(REFUSAL, why="why " * 30_000)] * 2))
    assert len(refused) <= LIMIT
    assert refused.endswith("Too long for a comment.")


def test_a_long_table_counts_what_it_leaves_out() -> None:
    text = markdown(
        replace(FULL, broadenings=[replace(FULL.broadenings[0], logical_id=str(each)) for each in range(60)])
    )
    assert "And 10 more; `--json` has them all." in text
