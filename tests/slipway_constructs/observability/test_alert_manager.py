"""The alert manager's definition as text; what it does is shown by a real Alertmanager in tests/observability."""

from typing import Any

import pytest
import yaml

from slipway_constructs.observability.alert_manager import alert_manager_definition, routing_of

CONFIGURATION = """\
# who is told what
global:
  resolve_timeout: 5m

route:
  receiver: ticket # by default
  routes:
    - matchers: [severity="page"]
      receiver: page

# not both
inhibit_rules:
  - source_matchers: [severity="page"]
    target_matchers: [severity="ticket"]
    equal: [job]

receivers:
  - name: page
  - name: ticket
"""


def definition(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "environment": "prod",
        "region": "eu-central-1",
        "pages_topic_arn": "arn:pages",
        "tickets_topic_arn": "arn:tickets",
        "heartbeat_topic_arn": "arn:heartbeat",
        "pagerduty_secret_arn": None,
        "pagerduty_url": None,
        "runbook_url": "https://github.com/acme/shop/blob/HEAD/",
        "dashboards_url": "https://watch.example.com",
    }
    written: dict[str, Any] = yaml.safe_load(alert_manager_definition(CONFIGURATION, **(arguments | changes)))
    return {**written, "alertmanager_config": yaml.safe_load(written["alertmanager_config"])}


def test_routing_is_kept_word_for_word_and_receivers_are_not() -> None:
    kept = routing_of(CONFIGURATION)
    assert "receiver: ticket # by default" in kept
    assert "global" not in kept
    config = definition()["alertmanager_config"]
    assert config["route"] == yaml.safe_load(CONFIGURATION)["route"]
    assert config["inhibit_rules"] == yaml.safe_load(CONFIGURATION)["inhibit_rules"]
    topics = {each["name"]: each["sns_configs"][0]["topic_arn"] for each in config["receivers"]}
    assert topics == {"page": "arn:pages", "ticket": "arn:tickets", "heartbeat": "arn:heartbeat"}


def test_pagerduty_is_told_of_pages_alone_with_a_key_that_stays_where_it_is() -> None:
    assert not any("pagerduty_configs" in each for each in definition()["alertmanager_config"]["receivers"])
    config = definition(pagerduty_secret_arn="arn:secret")["alertmanager_config"]
    (page,) = [each for each in config["receivers"] if "pagerduty_configs" in each]
    assert page["name"] == "page"
    (told,) = page["pagerduty_configs"]
    assert told["routing_key"]["aws_secrets_manager"] == {
        "secret_arn": "arn:secret",
        "secret_key": "routing_key",
        "refresh_interval": "5m",
    }
    assert "url" not in told


def test_an_account_of_pagerduty_in_another_region_is_told_there() -> None:
    url = "https://events.eu.pagerduty.com/v2/enqueue"
    config = definition(pagerduty_secret_arn="arn:secret", pagerduty_url=url)["alertmanager_config"]
    assert [each["url"] for one in config["receivers"] for each in one.get("pagerduty_configs", [])] == [url]


@pytest.mark.parametrize("part", ["route", "inhibit_rules"])
def test_a_configuration_without_a_part_of_the_routing_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=f"has no {part}$"):
        routing_of(CONFIGURATION.replace(f"{part}:", "other:"))


def test_a_receiver_that_aws_has_no_body_for_is_refused() -> None:
    with pytest.raises(ValueError, match="routes to pager,"):
        routing_of(CONFIGURATION.replace("receiver: page", "receiver: pager"))
