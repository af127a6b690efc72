"""`[[approved_changes]]`: what they must say, and how they reach the assembly."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from aws_cdk import App

import app as application
from configuration.approved_changes import FILE_NAME, ApprovedChange, RefusedChange, write_approved_changes
from operations.review.assembly import read_assembly
from tests.configuration.conftest import Problems, Read, Write
from tests.conftest import PROJECT

APPROVED: Mapping[str, Any] = {
    "change": "replacement",
    "stack": "slipway-prod-service",
    "resource": "Ingress/Targets",
    "reason": "Nobody uses it yet.",
}

KINDS = (
    "must be 'health_check_with_task_definition', 'production_rule', 'replacement', 'deletion' or 'stack_removal', "
    "is 'everything'"
)


def table(**changes: Any) -> dict[str, Any]:
    """An approval with these keys changed; None leaves one out."""
    return {key: value for key, value in (dict(APPROVED) | changes).items() if value is not None}


def test_without_the_table_nothing_is_approved(read: Read) -> None:
    assert read({}).approved_changes == ()


@pytest.mark.parametrize("change", [each for each in get_args(RefusedChange) if each != "stack_removal"])
def test_a_change_of_a_resource_is_approved(change: str, read: Read) -> None:
    (approved,) = read({"approved_changes": [table(change=change)]}).approved_changes
    assert approved.model_dump() == table(change=change)


def test_the_removal_of_a_stack_is_approved_without_a_resource(read: Read) -> None:
    (approved,) = read({"approved_changes": [table(change="stack_removal", resource=None)]}).approved_changes
    assert approved.resource is None


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"change": "everything"}, f"[0].change: {KINDS}"),
        ({"change": None}, "[0].change: is required"),
        ({"stack": None}, "[0].stack: is required"),
        ({"stack": " "}, "[0].stack: must not be empty, is ' '"),
        ({"resource": ""}, "[0].resource: must not be empty, is ''"),
        ({"resource": None}, "[0]: resource is required when change is 'replacement'"),
        (
            {"change": "stack_removal"},
            "[0]: resource must be omitted when change is 'stack_removal', is 'Ingress/Targets'",
        ),
        ({"reason": None}, "[0].reason: is required"),
        ({"reason": ""}, "[0].reason: must say why in at least 3 words, is ''"),
        ({"reason": "it is"}, "[0].reason: must say why in at least 3 words, is 'it is'"),
        ({"reason": 1}, "[0].reason: must be a string in quotes, is 1"),
        ({"resorce": "Targets"}, "[0].resorce: is not known here; did you mean 'resource'?"),
    ],
)
def test_a_bad_approval_is_one_line(wrong: Mapping[str, Any], complaint: str, problems: Problems) -> None:
    assert problems({"approved_changes": [table(**wrong)]}) == [f"slipway.toml: approved_changes{complaint}"]


def test_the_same_change_twice_is_one_line(problems: Problems) -> None:
    assert problems(
        {"approved_changes": [table(), table(reason="Said once more."), table(stack="slipway-dev-service")]}
    ) == [
        "slipway.toml: approved_changes: must name each change once, names 'replacement' of Ingress/Targets in "
        "slipway-prod-service twice"
    ]


def test_a_single_table_is_not_an_array(problems: Problems) -> None:
    assert problems({"approved_changes": table()}) == ["slipway.toml: approved_changes: must be an array, is a table"]


def test_a_review_reads_what_was_written(tmp_path: Path) -> None:
    written = [
        ApprovedChange.model_validate(table(reason='Said "so" by Ä.')),
        ApprovedChange.model_validate(table(change="stack_removal", resource=None)),
    ]
    (tmp_path / "manifest.json").write_text("{}")
    write_approved_changes(written, tmp_path)
    assert [(each.change, each.stack, each.resource, each.reason) for each in read_assembly(tmp_path).approvals] == [
        (each.change, each.stack, each.resource, each.reason) for each in written
    ]


def test_approvals_of_an_earlier_synthesis_do_not_stay(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    write_approved_changes([ApprovedChange.model_validate(table())], tmp_path)
    write_approved_changes([], tmp_path)
    assert read_assembly(tmp_path).approvals == ()


def test_the_app_puts_them_beside_the_templates(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = json.loads((PROJECT / "cdk.json").read_text())["context"]
    context |= {"configuration": str(write({"approved_changes": [table()]})), "environment": "sandbox"}
    app = App(context=context, outdir=str(tmp_path / "cdk.out"), analytics_reporting=False)
    monkeypatch.setattr(application, "new_app", lambda: app)  # the CDK CLI says this by the environment
    application.main()
    assert json.loads((tmp_path / "cdk.out" / FILE_NAME).read_text()) == [APPROVED]
