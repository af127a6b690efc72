"""The release rules in the real app: what breaks one fails the synthesis and says what to change."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

import app as application
from configuration import Configuration
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.observability.alarm_text import AlarmText
from slipway_constructs.observability.target_metrics import TargetMetrics
from slipway_constructs.releases.deployment_alarms import DeploymentAlarms
from stacks.service import ServiceStack
from tests.conftest import varied


def broken_rules(app: App) -> list[dict[str, Any]]:
    """The findings of the release rules after a synthesis that failed."""
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [
        violation
        for plugin in report["pluginReports"]
        if plugin["pluginName"] == "Slipway"
        for violation in plugin["violations"]
        if violation.get("severity") != "warning"
    ]


def slow_start(configuration: Configuration) -> App:
    table = {"cpu": 256, "memory": 512, "measured_start_seconds": 15.5}
    return application.build_app(varied(configuration, {"dev": {"task": table}}).select(["dev"]))


def test_a_grace_shorter_than_the_measured_start_fails_with_the_number_and_the_fix(
    configuration: Configuration,
) -> None:
    findings = broken_rules(slow_start(configuration))
    assert {each["ruleName"] for each in findings} == {"StartGrace"}
    assert "15 s, and the service was measured to start in 15.5 s" in findings[0]["description"]
    assert "task.start_seconds in slipway.toml" in json.dumps(findings[0])


def test_a_broken_rule_can_be_accepted_with_a_reason(configuration: Configuration) -> None:
    app = slow_start(configuration)
    acknowledge(app.node.find_child("slipway-dev-service"), "Slipway::StartGrace", "Releases are watched by hand.")
    app.synth()


def test_a_deployment_alarm_that_the_service_was_not_given_is_found(configuration: Configuration) -> None:
    app = application.build_app(configuration.select(["dev"]))
    stack = app.node.find_child("slipway-dev-service")
    assert isinstance(stack, ServiceStack)
    metrics = TargetMetrics(stack.ingress.load_balancer, stack.ingress.targets)
    DeploymentAlarms(
        stack,
        "Forgotten",
        metrics=metrics,
        error_count=1,
        error_percent=1,
        p99_seconds=1,
        minimum_requests=1,
        text=AlarmText("any", "any"),
    )
    findings = broken_rules(app)
    assert {each["ruleName"] for each in findings} == {"DeploymentAlarms"}
    assert len(findings) == 3
