"""The ECR repository: what never changes, what expires, and who may pull."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template

from slipway_constructs.images.registry import ImageRepository
from tests.slipway_constructs.conftest import new_stack, only, template_of

READ = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
}


def stack_with(
    *,
    readers: Sequence[str] = (),
    policy: RemovalPolicy = RemovalPolicy.RETAIN,
    releases_kept: int = 30,
    own_key: bool = False,
) -> Stack:
    stack = new_stack()
    ImageRepository(
        stack,
        "Images",
        repository_name="acme/shop",
        releases_kept=releases_kept,
        encrypted_with_own_key=own_key,
        reader_accounts=readers,
        removal_policy=policy,
    )
    return stack


def rules(stack: Stack) -> list[dict[str, Any]]:
    """The lifecycle rules, by priority."""
    text = only(stack, "AWS::ECR::Repository")["LifecyclePolicy"]["LifecyclePolicyText"]
    return sorted(json.loads(text)["rules"], key=lambda rule: int(rule["rulePriority"]))


def test_a_tag_never_moves_and_every_image_is_scanned() -> None:
    Template.from_stack(stack_with()).has_resource_properties(
        "AWS::ECR::Repository",
        {
            "RepositoryName": "acme/shop",
            "ImageTagMutability": "IMMUTABLE",
            "ImageTagMutabilityExclusionFilters": Match.absent(),
            "ImageScanningConfiguration": {"ScanOnPush": True},
        },
    )


def test_untagged_images_expire_after_a_week() -> None:
    rule = rules(stack_with())[0]
    assert rule["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countNumber": 7,
        "countUnit": "days",
    }
    assert rule["action"] == {"type": "expire"}


def test_as_many_releases_stay_as_asked_for() -> None:
    rule = rules(stack_with(releases_kept=5))[1]
    assert rule["selection"] == {
        "tagStatus": "tagged",
        "tagPrefixList": ["sha-"],
        "countType": "imageCountMoreThan",
        "countNumber": 5,
    }
    assert rule["action"] == {"type": "expire"}


def test_nothing_else_expires() -> None:
    assert len(rules(stack_with())) == 2


def test_reader_accounts_may_pull_and_see_what_there_is_and_nothing_else() -> None:
    policy = only(stack_with(readers=["333333333333", "444444444444"]), "AWS::ECR::Repository")["RepositoryPolicyText"]
    readers = set()
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert set(statement["Action"]) == READ
        arns = statement["Principal"]["AWS"]
        readers |= {json.dumps(arn) for arn in (arns if isinstance(arns, list) else [arns])}
    assert len(readers) == 2
    assert all(any(account in reader for reader in readers) for account in ("333333333333", "444444444444"))


def test_without_reader_accounts_there_is_no_policy() -> None:
    assert "RepositoryPolicyText" not in only(stack_with(), "AWS::ECR::Repository")


def test_retained_images_survive_their_stack() -> None:
    Template.from_stack(stack_with(policy=RemovalPolicy.RETAIN)).has_resource(
        "AWS::ECR::Repository",
        {
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": Match.object_like({"EmptyOnDelete": False}),
        },
    )


def test_destroying_empties_the_repository_first() -> None:
    Template.from_stack(stack_with(policy=RemovalPolicy.DESTROY)).has_resource(
        "AWS::ECR::Repository",
        {"DeletionPolicy": "Delete", "Properties": Match.object_like({"EmptyOnDelete": True})},
    )


def test_unless_told_otherwise_ecr_encrypts_with_a_key_of_its_own() -> None:
    stack = stack_with()
    assert "EncryptionConfiguration" not in only(stack, "AWS::ECR::Repository")
    Template.from_stack(stack).resource_count_is("AWS::KMS::Key", 0)


@pytest.mark.parametrize(("policy", "rendered"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_a_key_of_the_stack_rotates_and_stays_as_long_as_the_images_that_need_it(
    policy: RemovalPolicy, rendered: str
) -> None:
    stack = stack_with(own_key=True, policy=policy)
    found = template_of(stack)["Resources"]
    ((name, key),) = [(name, each) for name, each in found.items() if each["Type"] == "AWS::KMS::Key"]
    assert only(stack, "AWS::ECR::Repository")["EncryptionConfiguration"] == {
        "EncryptionType": "KMS",
        "KmsKey": {"Fn::GetAtt": [name, "Arn"]},
    }
    assert key["Properties"]["EnableKeyRotation"] is True
    assert {each["DeletionPolicy"] for each in found.values()} == {rendered}
    assert {each["UpdateReplacePolicy"] for each in found.values()} == {rendered}
