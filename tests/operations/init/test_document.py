"""The text that `slipway init` writes: the project's own example with other values, and nothing else changed."""

import re
from collections.abc import Mapping

import pytest

from configuration.loading import load, parse
from operations.init.document import document, example
from operations.init.editing import edited
from tests.conftest import PROJECT

ANSWERS: Mapping[str, str] = {
    "repository": "acme/shop",
    "owner_id": "11",
    "repository_id": "22",
    "default_branch": "main",
    "dev.account": "222222222222",  # the account that the example has for prod
    "prod.account": "333333333333",
    "dev.region": "us-west-2",
    "prod.region": "us-east-1",
    "dev.zones": "us-west-2a us-west-2c",
    "prod.zones": "us-east-1a,us-east-1b,us-east-1d",
    "prod.domain": "api.example.com",
    "prod.certificate_arn": "",
    "prod.hosted_zone": "example.com",
    "prod.hosted_zone_id": "Z0SHOP",
    "dev.domain": "",
    "dev.certificate_arn": "",
    "dashboards.domain": "watch.example.com",
    "dashboards.certificate_arn": "",
    "emails": "one@example.com,two@example.com",
    "slack": "T0123ABCD/C0123ABCD",
    "pagerduty_secret_arn": "arn:aws:secretsmanager:us-east-1:333333333333:secret:slipway-pagerduty-AbCdEf",
    "pagerduty_region": "eu",
}
CERTIFICATE = "arn:aws:acm:{}:certificate/01234567-89ab-cdef-0123-456789abcdef"


def uncommented(text: str) -> str:
    """With every table and key that is a comment."""
    return re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)


def test_without_answers_it_is_the_example() -> None:
    assert document({}) == example()


def test_the_example_is_the_file_that_comes_with_the_project() -> None:
    own = (PROJECT / "slipway.toml").read_text(encoding="utf-8")
    if load(PROJECT / "slipway.toml").github.owner != "example-org":
        pytest.skip("slipway.toml is somebody's own here, and says what they want")
    assert own == example()


def test_what_is_commented_out_in_it_is_valid_too() -> None:
    configuration = parse(uncommented(example()))
    assert configuration.identity.operator is not None
    assert [schedule.name for schedule in configuration.environment("dev").tasks.schedules] == ["night", "morning"]
    assert configuration.environment("prod").load_balancer.firewall is not None
    assert configuration.environment("prod").rollout.strategy == "canary"
    assert configuration.environment("prod").task.secrets.keys() == {"DATABASE_PASSWORD", "API_KEY"}


def test_what_is_commented_out_after_the_answers_is_valid_in_their_accounts_and_regions() -> None:
    text = document(ANSWERS)
    assert "arn:aws:secretsmanager:us-east-1:333333333333:secret:slipway-app-AbCdEf" in text
    commented = {"certificate_arn"}  # instead of a zone, or of plain HTTP
    kept = re.sub(rf"^# ({'|'.join(commented)}) = .*\n", "", text, flags=re.MULTILINE)
    assert parse(uncommented(kept)).environment("prod").task.secrets.keys() == {"DATABASE_PASSWORD", "API_KEY"}


def test_every_answer_is_in_the_file() -> None:
    configuration = parse(document(ANSWERS))
    dev, prod = configuration.environment("dev"), configuration.environment("prod")
    assert configuration.github.subjects("x") == ("repo:acme/shop:x", "repo:acme@11/shop@22:x")
    assert (configuration.registry.account, configuration.registry.region) == ("333333333333", "us-east-1")
    assert (dev.account, dev.region, dev.availability_zones) == (
        "222222222222",
        "us-west-2",
        ("us-west-2a", "us-west-2c"),
    )
    assert (prod.account, prod.availability_zones[-1]) == ("333333333333", "us-east-1d")
    assert dev.load_balancer.plain_http
    assert (prod.load_balancer.domain, prod.load_balancer.hosted_zone_id) == ("api.example.com", "Z0SHOP")
    assert prod.dashboards is not None
    assert (prod.dashboards.domain, prod.dashboards.hosted_zone) == ("watch.example.com", "example.com")
    assert prod.alerts.emails == ("one@example.com", "two@example.com")
    assert prod.alerts.slack is not None
    assert prod.alerts.slack.channel_id == "C0123ABCD"
    assert (prod.alerts.pagerduty_secret_arn, prod.alerts.pagerduty_region) == (ANSWERS["pagerduty_secret_arn"], "eu")


def test_only_lines_with_answers_differ_from_the_example() -> None:
    before, after = example().splitlines(), document(ANSWERS).splitlines()
    prose = [line for line in before if line.startswith("# ") and "=" not in line and "[" not in line]
    assert [line for line in prose if line not in after] == []
    assert [
        line for line in after if line.startswith("#") and ":111111111111:" in line
    ] == []  # accounts of the example


def test_certificates_that_exist_take_the_place_of_those_of_the_example() -> None:
    prod, dashboards = CERTIFICATE.format("us-east-1:333333333333"), CERTIFICATE.format("us-east-1:333333333333")
    text = document({**ANSWERS, "prod.hosted_zone": "", "prod.hosted_zone_id": "", "prod.certificate_arn": prod,
                     "dashboards.certificate_arn": dashboards})  # fmt: skip
    environment = parse(text).environment("prod")
    assert (environment.load_balancer.certificate_arn, environment.load_balancer.domain) == (prod, "api.example.com")
    assert environment.dashboards is not None
    assert environment.dashboards.certificate_arn == dashboards


def test_without_a_name_for_grafana_prod_has_no_collector() -> None:
    environment = parse(document({**ANSWERS, "dashboards.domain": ""})).environment("prod")
    assert (environment.telemetry, environment.dashboards) == ("cloudwatch", None)
    assert environment.load_balancer.domain == "api.example.com"


def test_ids_that_nobody_knows_stay_comments() -> None:
    text = document({**ANSWERS, "owner_id": "", "repository_id": ""})
    assert "\n# owner_id = 1000001\n" in text
    assert parse(text).github.owner_id is None


def test_a_table_is_changed_where_it_is() -> None:
    text = "# About one.\n[one]\na = 1 # why\n# b = 2\n\n# [two]\n# a = 1\n\n# [[many]]\n# a = 1\n# [[many]]\n# a = 2\n"
    assert edited(text, {"one": {"a": 3, "b": "x", "c": ("y", "z")}}).startswith(
        '# About one.\n[one]\na = 3 # why\nb = "x"\nc = ["y", "z"]\n\n# [two]\n# a = 1\n'
    )
    assert edited(text, {"one": None}).startswith("# About one.\n# [one]\n# a = 1 # why\n# b = 2\n\n")
    assert "\n[two]\na = true\n\n" in edited(text, {"two": {"a": True}})
    assert "# a = 1 # why\n" in edited(text, {"one": {"a": None}})
    assert edited(text, {}) == text


def test_a_table_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="three"):
        edited(example(), {"three": {"a": 1}})


def test_a_value_cannot_leave_its_string() -> None:
    assert edited('[one]\na = "x"\n', {"one": {"a": 'y"\n[two]'}}) == '[one]\na = "y\\"\\n[two]"\n'


def test_the_example_is_short_enough_to_read() -> None:
    assert max(len(line) for line in example().splitlines()) <= 120
