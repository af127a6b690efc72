"""`[environments.NAME.load_balancer]`: every rule, by the line that a user sees."""

from typing import Any

import pytest

from tests.configuration.conftest import CERTIFICATE, Problems, Read

DEV = "environments.dev"
LOAD_BALANCER = f"{DEV}.load_balancer"
ARN = CERTIFICATE.format(region="eu-west-1", account="111111111111")
ZONE = {"domain": "api.example.com", "hosted_zone_id": "Z0123456789ABC", "hosted_zone": "example.com"}
ONE_WAY = "must have either certificate_arn, or domain with hosted_zone_id and hosted_zone, or plain_http = true"
ACM_ARN = "must be the ARN of an ACM certificate such as 'arn:aws:acm:REGION:ACCOUNT:certificate/ID'"
DOMAIN = "must be a domain name in lower case such as 'api.example.com'"
PATH = "must be a path that begins with /, of up to 126 letters, digits and _ - . $ / ~ \" ' @ : + & * ?"


@pytest.mark.parametrize(
    "table",
    [
        {"plain_http": True},
        {"certificate_arn": ARN},
        {"certificate_arn": ARN, "plain_http": False},
        {"certificate_arn": ARN, "domain": "api.example.com"},
        {"certificate_arn": ARN, "domain": f"{'a' * 63}.example.com"},
        ZONE,
        ZONE | {"domain": "example.com"},
        ZONE | {"domain": "api.eu.example.com"},
    ],
)
def test_it_has_a_certificate_or_none_on_purpose(table: object, problems: Problems) -> None:
    assert problems({LOAD_BALANCER: table}) == []


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({}, f": {ONE_WAY}"),
        ({"plain_http": False}, f": {ONE_WAY}"),
        ({"plain_http": True, "certificate_arn": ARN}, f": {ONE_WAY}"),
        ({"domain": "api.example.com"}, f": {ONE_WAY}"),
        (ZONE | {"certificate_arn": ARN}, f": {ONE_WAY}"),
        (
            {"domain": "api.example.com", "plain_http": True},
            ".domain: must not be given with plain_http = true: it is served with a certificate",
        ),
        (
            ZONE | {"plain_http": True},
            ".domain: must not be given with plain_http = true: it is served with a certificate",
        ),
        (
            {"domain": "api.example.com", "hosted_zone": "example.com"},
            ".hosted_zone_id: is required with hosted_zone",
        ),
        (
            {"domain": "api.example.com", "hosted_zone_id": "Z0123456789ABC"},
            ".hosted_zone: is required with hosted_zone_id",
        ),
        (
            {"hosted_zone": "example.com", "hosted_zone_id": "Z0123456789ABC"},
            ".domain: is required with hosted_zone: it is what the certificate is made for",
        ),
        (
            ZONE | {"hosted_zone": "example.org"},
            ".hosted_zone: must hold the domain 'api.example.com', is 'example.org'",
        ),
        (
            ZONE | {"hosted_zone": "ample.com"},  # the end of its name, but not a zone above it
            ".hosted_zone: must hold the domain 'api.example.com', is 'ample.com'",
        ),
        (
            ZONE | {"domain": f"{'a' * 53}.example.com"},
            ".domain: must be at most 64 characters for ACM to issue a certificate, is 65",
        ),
        (ZONE | {"domain": "*.example.com"}, f".domain: {DOMAIN}, is '*.example.com'"),
        (ZONE | {"domain": "API.example.com"}, f".domain: {DOMAIN}, is 'API.example.com'"),
        (ZONE | {"domain": "https://api.example.com"}, f".domain: {DOMAIN}, is 'https://api.example.com'"),
        (ZONE | {"domain": "localhost"}, f".domain: {DOMAIN}, is 'localhost'"),
        (
            ZONE | {"hosted_zone_id": "/hostedzone/Z0123456789ABC"},
            ".hosted_zone_id: must be the id of a Route 53 hosted zone such as 'Z0123456789ABC', without /hostedzone/, "
            "is '/hostedzone/Z0123456789ABC'",
        ),
        (
            {"certificate_arn": CERTIFICATE.format(region="us-east-1", account="111111111111")},
            ".certificate_arn: must be in region eu-west-1, is in us-east-1",
        ),
        (
            {"certificate_arn": CERTIFICATE.format(region="eu-west-1", account="222222222222")},
            ".certificate_arn: must be in account 111111111111, is in 222222222222",
        ),
        ({"certificate_arn": f"{ARN}*"}, f".certificate_arn: {ACM_ARN}, is '{ARN}*'"),
        (
            {"certificate_arn": "arn:aws:iam::111111111111:server-certificate/web"},
            f".certificate_arn: {ACM_ARN}, is 'arn:aws:iam::111111111111:server-certificate/web'",
        ),
    ],
)
def test_whatever_else_is_said_of_certificates_is_one_line(table: object, line: str, problems: Problems) -> None:
    assert problems({LOAD_BALANCER: table}) == [f"slipway.toml: {LOAD_BALANCER}{line}"]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("private_paths", ["/metrics", "health"], f"private_paths[1]: {PATH}, is 'health'"),
        (
            "private_paths",
            ["/metrics?full"] * 50,
            "private_paths: must be at most 49, each of which is a rule of the listener, are 50",
        ),
        (
            "private_paths",
            ["/*/a", "/*/?/b?"],
            "private_paths[1]: must have at most 5 wildcards * and ?, what a rule of the listener takes, has 7, with "
            "those of what is below it",
        ),
        (
            "private_paths",
            ["/*/*/*/*/?/*"],
            "private_paths[0]: must have at most 5 wildcards * and ?, what a rule of the listener takes, has 6",
        ),
        ("private_paths", [f"/{'a' * 126}"], f"private_paths[0]: {PATH}, is '/{'a' * 126}'"),
        ("access_log_days", 0, "access_log_days: must be at least 1, is 0"),
        ("access_log_days", 3651, "access_log_days: must be at most 3650, is 3651"),
        ("deletion_protection", "yes", "deletion_protection: must be true or false, is 'yes'"),
        (
            "firewall",
            {"requests_per_five_minutes": 9},
            "firewall.requests_per_five_minutes: must be at least 10, is 9",
        ),
        (
            "firewall",
            {"requests_per_five_minutes": 2_000_000_001},
            "firewall.requests_per_five_minutes: must be at most 2000000000, is 2000000001",
        ),
        ("firewall", True, "firewall: must be a table, is true"),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, line: str, problems: Problems) -> None:
    assert problems({f"{LOAD_BALANCER}.{key}": value}) == [f"slipway.toml: {LOAD_BALANCER}.{line}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("private_paths", []),
        ("private_paths", [f"/{number}" for number in range(49)]),
        ("private_paths", ["/*/a?", "/*/?/*/*/*"]),
        ("private_paths", ["/internal/*", f"/{'a' * 125}"]),
        ("access_log_days", 1),
        ("access_log_days", 3650),
        ("firewall", {"requests_per_five_minutes": 10}),
        ("firewall", {"requests_per_five_minutes": 2_000_000_000}),
    ],
)
def test_the_bounds_themselves_are_allowed(key: str, value: object, problems: Problems) -> None:
    assert problems({f"{LOAD_BALANCER}.{key}": value}) == []


def test_what_is_left_out_has_a_default(read: Read) -> None:
    load_balancer = read({}).environment("dev").load_balancer
    assert load_balancer.private_paths == ("/metrics", "/health/ready")
    assert (load_balancer.access_log_days, load_balancer.firewall) == (90, None)
    assert (load_balancer.domain, load_balancer.hosted_zone_id, load_balancer.hosted_zone) == (None, None, None)


def test_an_empty_table_is_enough_for_a_firewall(read: Read) -> None:
    firewall = read({f"{LOAD_BALANCER}.firewall": {}}).environment("dev").load_balancer.firewall
    assert firewall is not None
    assert firewall.requests_per_five_minutes == 2000


@pytest.mark.parametrize(
    ("retain_data", "chosen", "protected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"deletion_protection": False}, False),
        (False, {"deletion_protection": True}, True),
    ],
)
def test_it_is_protected_where_data_is_kept_unless_it_says_otherwise(
    retain_data: object, chosen: dict[str, Any], protected: object, read: Read
) -> None:
    changes = {f"{DEV}.retain_data": retain_data, LOAD_BALANCER: {"plain_http": True} | chosen}
    assert read(changes).environment("dev").deletion_protection is protected
