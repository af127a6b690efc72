"""`[registry]` and `[sandbox]`: where images are kept, and where the emulated AWS listens."""

import pytest

from tests.configuration.conftest import Problems

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
        ("registry.releases_kept", 2),
        ("registry.releases_kept", 20_000),
        ("sandbox.port", 1024),
        ("sandbox.port", 65_535),
    ],
)
def test_the_bounds_themselves_are_allowed(key: str, value: object, problems: Problems) -> None:
    assert problems({key: value}) == []
