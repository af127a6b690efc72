"""Policies of resources: whom they let in, and what they no longer deny."""

from pathlib import Path

from tests.operations.review.review_assemblies import (
    Resources,
    attribute,
    granted,
    policy,
    ref,
    resource,
    statement,
    without,
)

BUCKET: Resources = {
    "Store": resource("AWS::S3::Bucket", "Store/Resource"),
    "StorePolicy": resource(
        "AWS::S3::BucketPolicy",
        "Store/Policy/Resource",
        Bucket=ref("Store"),
        PolicyDocument=policy(
            statement(
                "s3:*",
                effect="Deny",
                Principal={"AWS": "*"},
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            )
        ),
    ),
}


def test_a_resource_that_lets_somebody_in_is_reported(tmp_path: Path) -> None:
    after = BUCKET | {
        "Further": resource(
            "AWS::S3::BucketPolicy",
            "Store/Further/Resource",
            Bucket=ref("Store"),
            PolicyDocument=policy(statement("s3:GetObject", attribute("Store", "Arn"), Principal="*")),
        )
    }
    assert granted(tmp_path, BUCKET, after) == [("Store", "lets * s3:GetObject on ${Store.Arn}")]


def test_what_is_no_longer_denied_is_reported(tmp_path: Path) -> None:
    assert granted(tmp_path, BUCKET, without(BUCKET, "StorePolicy")) == [
        ("Store", "no longer denies s3:* on * to * if Bool aws:SecureTransport false")
    ]


def test_a_resource_that_is_gone_denies_nothing_any_more_and_that_is_fine(tmp_path: Path) -> None:
    assert granted(tmp_path, BUCKET, {}) == []


def test_a_policy_without_a_resource_of_its_own_is_read_too(tmp_path: Path) -> None:
    before, after = (
        {
            "Key": resource(
                "AWS::KMS::Key",
                "Key/Resource",
                KeyPolicy=policy(statement("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{account}:root"})),
            )
        }
        for account in ("111111111111", "999999999999")
    )
    assert granted(tmp_path, before, after) == [("Key", "lets AWS:arn:aws:iam::999999999999:root kms:Decrypt on *")]


def test_a_policy_that_is_text_is_read_too(tmp_path: Path) -> None:
    before, after = (
        {
            "Logs": resource(
                "AWS::Logs::ResourcePolicy",
                "Logs/Resource",
                PolicyDocument='{"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*", '
                f'"Principal": {{"Service": "{service}.amazonaws.com"}}}}]}}',
            )
        }
        for service in ("route53", "es")
    )
    assert granted(tmp_path, before, after) == [("Logs", "lets Service:es.amazonaws.com logs:PutLogEvents on *")]


def test_a_lambda_permission_is_of_its_function(tmp_path: Path) -> None:
    function = {"Function": resource("AWS::Lambda::Function", "Function/Resource")}
    permission = resource(
        "AWS::Lambda::Permission",
        "Function/Permission",
        FunctionName=ref("Function"),
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn="arn:rule",
    )
    assert granted(tmp_path, function, function | {"Permission": permission}) == [
        ("Function", "lets events.amazonaws.com lambda:InvokeFunction if StringEquals SourceArn arn:rule")
    ]


def test_the_rules_of_a_firewall_are_no_permissions(tmp_path: Path) -> None:
    firewall = resource(
        "AWS::WAFv2::WebACL", "Firewall/Resource", Rules=[{"Name": "Rate", "Statement": {"RateBasedStatement": {}}}]
    )
    assert granted(tmp_path, {}, {"Firewall": firewall}) == []
