"""Policies that allow more, deny less or let others in, and those that only say the same otherwise."""

from pathlib import Path
from typing import Any

import pytest

from tests.operations.review.review_assemblies import (
    Resources,
    attribute,
    granted,
    policy,
    ref,
    resource,
    reviewed,
    statement,
)

GITHUB = "token.actions.githubusercontent.com"


def role(*statements: dict[str, Any], **properties: Any) -> Resources:
    """A role that may do this."""
    return {
        "Role": resource("AWS::IAM::Role", "Job/Role/Resource", **properties),
        "Policy": resource(
            "AWS::IAM::Policy",
            "Job/Role/DefaultPolicy/Resource",
            PolicyDocument=policy(*statements),
            Roles=[ref("Role")],
        ),
    }


def trusting(principal: Any, /, **condition: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {"AssumeRolePolicyDocument": policy(trust | ({"Condition": condition} if condition else {}))}


ONE = statement("s3:GetObject", "arn:aws:s3:::store/*")


@pytest.mark.parametrize(
    ("after", "grant"),
    [
        (
            statement(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::store/*"),
            "may s3:PutObject on arn:aws:s3:::store/*",
        ),
        (statement("s3:*", "arn:aws:s3:::store/*"), "may s3:* on arn:aws:s3:::store/*"),
        (statement("s3:GetObject", "*"), "may s3:GetObject on *"),
        (
            {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "arn:aws:s3:::store/*"},
            "may everything but iam:* on arn:aws:s3:::store/*",
        ),
        (
            {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::other/*"},
            "may s3:GetObject on everything but arn:aws:s3:::other/*",
        ),
    ],
)
def test_a_role_that_may_do_more_is_reported(after: dict[str, Any], grant: str, tmp_path: Path) -> None:
    assert granted(tmp_path, role(ONE), role(after)) == [("Job/Role", grant)]


@pytest.mark.parametrize(
    "after",
    [
        ONE,
        statement("s3:GetObject", "arn:aws:s3:::store/public/*"),
        statement("S3:getobject", "arn:aws:s3:::store/*"),
        statement("s3:GetObject", "arn:aws:s3:::store/*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        statement("s3:GetObject", "arn:aws:s3:::store/*", Sid="Reads"),
    ],
)
def test_the_same_or_less_is_not_reported(after: dict[str, Any], tmp_path: Path) -> None:
    assert granted(tmp_path, role(ONE), role(after)) == []


def test_a_question_mark_does_not_stand_for_a_star(tmp_path: Path) -> None:
    before, after = (role(statement("s3:GetObject", f"arn:aws:s3:::store/{each}")) for each in ("?", "*"))
    assert granted(tmp_path, before, after) == [("Job/Role", "may s3:GetObject on arn:aws:s3:::store/*")]


def test_actions_that_are_added_together_are_one_line(tmp_path: Path) -> None:
    after = role(ONE, statement(["sqs:SendMessage", "sqs:ReceiveMessage"], "arn:aws:sqs:::queue"))
    assert granted(tmp_path, role(ONE), after) == [
        ("Job/Role", "may sqs:SendMessage, sqs:ReceiveMessage on arn:aws:sqs:::queue")
    ]


def test_statements_that_move_to_another_policy_of_the_same_role_are_not_reported(tmp_path: Path) -> None:
    inline = {
        "Role": resource(
            "AWS::IAM::Role", "Job/Role/Resource", Policies=[{"PolicyName": "Own", "PolicyDocument": policy(ONE)}]
        )
    }
    assert granted(tmp_path / "1", role(ONE), inline) == []
    assert granted(tmp_path / "2", inline, role(ONE)) == []


def test_what_a_policy_refers_to_is_called_by_its_construct_path(tmp_path: Path) -> None:
    store = {"Store": resource("AWS::S3::Bucket", "Data/Store/Resource")}
    after = role(ONE, statement("s3:PutObject", {"Fn::Join": ["", [attribute("Store", "Arn"), "/*"]]}))
    assert granted(tmp_path, store | role(ONE), store | after) == [
        ("Job/Role", "may s3:PutObject on ${Data/Store.Arn}/*")
    ]


def test_a_condition_that_falls_away_is_reported(tmp_path: Path) -> None:
    condition = {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:::cluster/prod"}}
    before = role(statement("ecs:ListTasks", Condition=condition))
    assert granted(tmp_path, before, role(statement("ecs:ListTasks"))) == [
        ("Job/Role", "may ecs:ListTasks on *, no longer only if ArnEquals ecs:cluster arn:aws:ecs:::cluster/prod")
    ]


def test_a_further_value_of_a_condition_is_reported_and_a_lost_one_is_not(tmp_path: Path) -> None:
    both = ["repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:pull_request"]
    wide, narrow = (
        role(ONE, **trusting({"Federated": "arn:github"}, StringEquals={f"{GITHUB}:sub": subjects}))
        for subjects in (both, both[0])
    )
    assert granted(tmp_path / "1", narrow, wide) == [
        (
            "Job/Role",
            f"can be assumed by Federated:arn:github also if StringEquals {GITHUB}:sub repo:acme/shop:pull_request",
        )
    ]
    assert granted(tmp_path / "2", wide, narrow) == []


def test_of_a_negated_condition_a_lost_value_is_what_is_wider(tmp_path: Path) -> None:
    narrow, wide = (
        role(statement("s3:GetObject", Condition={"StringNotEquals": {"aws:SourceVpc": values}}))
        for values in (["vpc-1", "vpc-2"], ["vpc-1"])
    )
    assert [grant for _, grant in granted(tmp_path / "1", narrow, wide)] == [
        "may s3:GetObject on * also if StringNotEquals aws:SourceVpc vpc-1"
    ]
    assert granted(tmp_path / "2", wide, narrow) == []


def test_a_principal_that_may_assume_the_role_from_now_on_is_reported(tmp_path: Path) -> None:
    before = role(ONE, **trusting({"Service": "ecs-tasks.amazonaws.com"}))
    for folder, principal, called in (
        ("1", {"Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]}, "Service:lambda.amazonaws.com"),
        ("2", {"AWS": "*"}, "*"),
        ("3", "*", "*"),
    ):
        after = role(ONE, **trusting(principal))
        assert granted(tmp_path / folder, before, after) == [("Job/Role", f"can be assumed by {called}")]


def test_more_than_assuming_the_role_is_told(tmp_path: Path) -> None:
    service = {"Service": "ecs-tasks.amazonaws.com"}
    before = role(ONE, **trusting(service))
    trust = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": service}
    assert granted(tmp_path, before, role(ONE, AssumeRolePolicyDocument=policy(trust))) == [
        ("Job/Role", "can be assumed by Service:ecs-tasks.amazonaws.com with sts:TagSession")
    ]


def test_a_managed_policy_that_is_attached_and_a_boundary_that_is_lost_are_reported(tmp_path: Path) -> None:
    before = role(ONE, PermissionsBoundary="arn:aws:iam::1:policy/boundary")
    after = role(ONE, ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])
    assert granted(tmp_path / "1", before, after) == [
        ("Job/Role", "has the managed policy arn:aws:iam::aws:policy/AdministratorAccess"),
        ("Job/Role", "has no permissions boundary"),
    ]
    other = role(ONE, PermissionsBoundary="arn:aws:iam::1:policy/wider")
    assert granted(tmp_path / "2", before, other) == [
        ("Job/Role", "has the permissions boundary arn:aws:iam::1:policy/wider")
    ]
    assert granted(tmp_path / "3", after, before) == []


def test_a_managed_policy_and_a_boundary_that_stay_are_not_reported(tmp_path: Path) -> None:
    kept = {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "PermissionsBoundary": "arn:boundary"}
    assert granted(tmp_path, role(ONE, **kept), role(ONE, **kept)) == []


def test_what_is_denied_is_not_thereby_allowed(tmp_path: Path) -> None:
    denied = statement("s3:*", effect="Deny")
    assert granted(tmp_path, role(denied), role(denied, ONE)) == [
        ("Job/Role", "may s3:GetObject on arn:aws:s3:::store/*")
    ]


def test_of_several_conditions_only_the_wider_one_is_told(tmp_path: Path) -> None:
    narrow, wide = (
        role(
            statement(
                "s3:GetObject",
                Condition={
                    "StringEquals": {"aws:SourceAccount": "111111111111"},
                    "StringLike": {"aws:PrincipalArn": names},
                },
            )
        )
        for names in (["a"], ["a", "b"])
    )
    assert [grant for _, grant in granted(tmp_path, narrow, wide)] == [
        "may s3:GetObject on * also if StringLike aws:PrincipalArn b"
    ]


def test_a_role_that_is_new_is_reported_as_such(tmp_path: Path) -> None:
    (broadening,) = reviewed(tmp_path, {}, role(ONE)).broadenings
    assert (broadening.resource, broadening.logical_id, broadening.new) == ("Job/Role", "Role", True)
