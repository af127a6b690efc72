"""The rules: what they are made of, and what they do with made-up series (tests/observability/rules/)."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT
from tests.observability.alerting import rule_files
from tests.observability.servers import OBSERVABILITY, needs, program

RULES = [
    rule for file in rule_files() for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
UNIT_TESTS = sorted((PROJECT / "tests" / "observability" / "rules").glob("*.yaml"))
SEVERITIES = {"page", "ticket", "heartbeat"}

KNOWN_TO_BOTH = {"alert", "expr", "for", "labels", "annotations", "record"}
"""Keys of a rule that Prometheus 2.42 and Amazon Managed Service for Prometheus know."""

FUNCTIONS = {"absent", "clamp_max", "count", "increase", "on", "present_over_time", "rate", "sum", "vector"}
"""And what may be in an expression."""


def promtool(*words: str) -> str:
    done = subprocess.run([str(program("promtool")), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def name(rule: dict[str, Any]) -> str:
    return f"{rule['alert']}-{rule['labels']['severity']}-{rule['labels'].get('window', '')}".strip("-")


@needs("promtool")
def test_prometheus_accepts_every_rule_and_its_own_configuration() -> None:
    promtool("check", "rules", *map(str, rule_files()))
    promtool("check", "config", str(OBSERVABILITY / "prometheus" / "prometheus.yaml"))


@needs("promtool")
@pytest.mark.parametrize("file", UNIT_TESTS, ids=lambda file: file.stem)
def test_rules_do_with_made_up_series_what_they_should(file: Path) -> None:
    assert "SUCCESS" in promtool("test", "rules", str(file))


def test_every_alert_is_seen_firing_and_seen_quiet() -> None:
    fired: set[str] = set()
    quiet: set[str] = set()
    for test in [test for file in UNIT_TESTS for test in yaml.safe_load(file.read_text())["tests"]]:
        for look in test.get("alert_rule_test", []):
            (fired if look.get("exp_alerts") else quiet).add(look["alertname"])
    known = {rule["alert"] for rule in ALERTS}
    assert known - fired == set()
    assert known - quiet == {"Watchdog"}  # always fires


@pytest.mark.parametrize("rule", ALERTS, ids=name)
def test_an_alert_says_what_it_is_in_words_that_survive_being_put_into_json(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in SEVERITIES
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    for text in rule["annotations"].values():
        assert not set(text) & {'"', "'", "\\", "\n"}, "Alertmanager puts it into JSON as it is"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_uses_only_what_every_prometheus_knows(rule: dict[str, Any]) -> None:
    assert set(rule) <= KNOWN_TO_BOTH
    assert (
        set(re.findall(r"\b([a-z_]+) ?\(", re.sub(r"\b(by|without|group_left|or|and|unless) ?\(", "", rule["expr"])))
        <= FUNCTIONS
    )


def test_budgets_have_the_four_pairs_of_windows_of_the_sre_workbook() -> None:
    pairs = {}
    for rule in ALERTS:
        if rule["alert"] == "ErrorBudgetBurn":
            long, short = re.findall(r"ratio_rate(\w+)", rule["expr"])
            factors = set(re.findall(r"([\d.]+) \* \(1 -", rule["expr"])) or {"1"}
            assert f"job:http_requests:rate{long} > 0.1" in rule["expr"]
            assert rule["labels"]["window"] == long
            pairs[long, short] = (rule["labels"]["severity"], *factors)
    assert pairs == {
        ("1h", "5m"): ("page", "14.4"),
        ("6h", "30m"): ("page", "6"),
        ("1d", "2h"): ("ticket", "3"),
        ("3d", "6h"): ("ticket", "1"),
    }


def test_recorded_windows_are_those_of_their_names() -> None:
    for rule in RULES:
        if window := re.search(r"rate(\w+)$", rule.get("record", "")):
            assert set(re.findall(r"\[(\w+)\]", rule["expr"])) == {window[1]}, rule["record"]


def test_no_alert_has_a_number_for_an_objective() -> None:
    objectives = yaml.safe_load((OBSERVABILITY / "prometheus/rules/objectives.yaml").read_text())["groups"][0]["rules"]
    assert {rule["labels"]["slo"]: rule["expr"] for rule in objectives} == {
        "availability": "vector(0.999)",
        "latency": "vector(0.99)",
    }
    for rule in ALERTS:
        if rule["alert"] == "ErrorBudgetBurn":
            assert rule["expr"].count("slo:objective:ratio") == 2


def test_limits_are_those_that_compose_gives_the_service() -> None:
    app = yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text())["services"]["app"]
    limits = yaml.safe_load((OBSERVABILITY / "prometheus/limits.yaml").read_text())["groups"][0]["rules"]
    assert {rule["record"]: rule["expr"] for rule in limits} == {
        "limit:memory:bytes": f"vector({int(app['mem_limit'].removesuffix('m')) * 1024**2})",
        "limit:cpu:cores": f"vector({app['cpus']})",
    }
