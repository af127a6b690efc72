"""`varied`, by which all tiers change the configuration: as if the file said otherwise, what is omitted included."""

from typing import Any

import pytest
from pydantic import ValidationError

from configuration.types import Section
from tests.configuration.conftest import Read
from tests.conftest import varied

ARN = "arn:aws:{service}:eu-west-1:111111111111:{resource}"

EVERYTHING: dict[str, Any] = {
    "environments.prod.network": {
        "existing_vpc": {
            "id": "vpc-01234567",
            "cidr": "10.0.0.0/16",
            "public_addresses": True,
            "public_subnet_ids": ["subnet-00000001", "subnet-00000002"],
            "task_subnet_ids": ["subnet-00000001", "subnet-00000002"],
        }
    },
    "environments.dev.load_balancer": {
        "domain": "api.example.com",
        "hosted_zone_id": "Z0123456789ABC",
        "hosted_zone": "example.com",
        "deletion_protection": False,
        "private_paths": ["/internal/*"],
        "access_log_days": 7,
        "firewall": {"requests_per_five_minutes": 100},
    },
    "environments.dev.task": {
        "port": 9000,
        "ephemeral_storage_gib": 30,
        "exec": True,
        "variables": {"LOG_LEVEL": "info"},
        "secrets": {
            "KEY": "/app/key",
            "PASSWORD": ARN.format(service="secretsmanager", resource="secret:app-AbCdEf:password"),
        },
    },
    "environments.dev.rollout": {
        "strategy": "canary",
        "canary_percent": 2.5,
        "test_port": 9001,
        "test_cidrs": ["203.0.113.0/24"],
        "hook_lambda_arn": ARN.format(service="lambda", resource="function:smoke"),
    },
    "environments.dev.tasks": {
        "cpu_percent": 50,
        "schedules": [{"name": "night", "cron": "0 20 ? * MON-FRI *", "min": 0, "max": 0}],
    },
    "environments.dev.alerts": {
        "pagerduty_secret_arn": ARN.format(service="secretsmanager", resource="secret:pagerduty-AbCdEf"),
        "pagerduty_region": "eu",
        "slack": {"workspace_id": "T0123ABCD", "channel_id": "C0123ABCD"},
    },
    "environments.prod.tasks": {"count": 3, "spot_percent": 50},
}


def test_a_variation_in_nothing_is_the_same(read: Read) -> None:
    configuration = read(EVERYTHING)
    assert varied(configuration) == configuration
    assert written(varied(configuration)) == written(configuration)


def test_a_selection_can_be_varied(read: Read) -> None:
    configuration = read(EVERYTHING).select(["sandbox"])
    assert varied(configuration) == configuration


def test_what_is_omitted_stays_so(read: Read) -> None:
    """Rules on keys that must not be given together would otherwise see defaults as given."""
    tables = {"tasks": {"count": 2}, "rollout": {"strategy": "linear", "test_port": 9001, "step_percent": 50}}
    environment = varied(read(EVERYTHING), {"dev": tables}).environment("dev")
    assert (environment.tasks.count, environment.rollout.step_percent) == (2, 50.0)
    assert environment.task == read(EVERYTHING).environment("dev").task


def test_a_table_that_the_file_does_not_have_can_be_varied(read: Read) -> None:
    configuration = varied(read({}), identity={"permissions_boundary": "limits"})
    assert configuration.identity.permissions_boundary == "limits"


def test_the_rules_hold_for_variations(read: Read) -> None:
    with pytest.raises(ValidationError, match="is for strategy 'canary', not for 'linear'"):
        varied(read({}), {"dev": {"rollout": {"strategy": "linear", "test_port": 9001, "canary_percent": 5}}})


def written(section: Section) -> dict[str, object]:
    return section.model_dump(exclude_unset=True)
