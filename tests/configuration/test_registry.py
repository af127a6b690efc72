"""`[registry]` and `[sandbox]`: where images are kept, and where the emulated AWS listens."""

import pytest

from tests.configuration.conftest import REMOVED, Problems

NAME = "must be 2 to 256 lower-case letters and digits, with single . _ - or / between them"


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("registry.account", "22222222222", "must be an AWS account id of twelve digits, is '22222222222'"),
        ("registry.account", "2222-2222-2222", "must be an AWS account id of twelve digits, is '2222-2222-2222'"),
        ("registry.account", "٢" * 12, f"must be an AWS account id of twelve digits, is '{'٢' * 12}'"),
        ("registry.region", "Frankfurt", "must be an AWS region such as 'eu-central-1', is 'Frankfurt'"),
        ("registry.region", "eu-central-1a", "must be an AWS region such as 'eu-central-1', is 'eu-central-1a'"),
        ("registry.repository", "Shop", f"{NAME}, is 'Shop'"),
        ("registry.repository", "s", f"{NAME}, is 's'"),
        ("registry.repository", "shop--web", f"{NAME}, is 'shop--web'"),
        ("registry.repository", "acme/", f"{NAME}, is 'acme/'"),
        ("registry.repository", "s" * 257, f"{NAME}, is '{'s' * 257}'"),
        ("registry.releases_kept", 1, "must be at least 2, is 1"),
        ("registry.releases_kept", 20_001, "must be at most 20000, is 20001"),
        ("registry.releases_kept", 9, "must be at least registry.rollback_depth (10), is 9"),
        ("registry.rollback_depth", 0, "must be at least 1, is 0"),
        ("registry.rollback_depth", 1001, "must be at most 1000, is 1001"),
        ("registry.encryption", "KMS", "must be 'aes256' or 'kms', is 'KMS'"),
        ("registry.encryption", "none", "must be 'aes256' or 'kms', is 'none'"),
        ("sandbox.port", 1023, "must be at least 1024, is 1023"),
        ("sandbox.port", 65_536, "must be at most 65535, is 65536"),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, complaint: str, problems: Problems) -> None:
    assert problems({key: value}) == [f"slipway.toml: {key}: {complaint}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("registry.region", "us-gov-west-1"),
        ("registry.region", "ap-southeast-4"),
        ("registry.repository", "ab"),
        ("registry.repository", "acme/shop.web_api-2"),
        ("registry.repository", "s" * 256),
        ("registry.releases_kept", 10),
        ("registry.rollback_depth", 1),
        ("registry.rollback_depth", 30),
        ("registry.encryption", "kms"),
        ("registry.releases_kept", 20_000),
        ("sandbox.port", 1024),
        ("sandbox.port", 65_535),
    ],
)
def test_the_bounds_themselves_are_allowed(key: str, value: object, problems: Problems) -> None:
    assert problems({key: value}) == []


def test_a_release_can_be_rolled_back_to_as_long_as_asked_for(problems: Problems) -> None:
    """Also where the number of images that are kept is the default."""
    assert problems({"registry.releases_kept": REMOVED, "registry.rollback_depth": 501}) == [
        "slipway.toml: registry.releases_kept: must be at least registry.rollback_depth (501), is 500"
    ]


def test_a_bad_depth_is_not_also_a_problem_of_what_is_kept(problems: Problems) -> None:
    assert problems({"registry.rollback_depth": 5000}) == [
        "slipway.toml: registry.rollback_depth: must be at most 1000, is 5000"
    ]
