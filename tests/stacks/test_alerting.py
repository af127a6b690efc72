"""What tells humans in every environment, and that the runbook has what they are told to read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import PROJECT, Template, resources, templates_of, varied
from tests.synthesis import assemble

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
PAGE = "https://github.com/example-org/example-service/blob/HEAD/docs/runbook.md"
Alarm = dict[str, Any]


def anchors() -> set[str]:
    """Of the runbook's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def every_template(templates: Mapping[str, Template], variants: CloudAssembly) -> Mapping[str, Template]:
    return {**templates, **templates_of(variants)}


def alarms(templates: Mapping[str, Template]) -> Iterator[tuple[str, Alarm]]:
    for stack, template in templates.items():
        yield from ((stack, each) for each in resources(template, "AWS::CloudWatch::Alarm"))


def of(templates: Mapping[str, Template], environment: str) -> dict[str, Alarm]:
    """The alarms of that environment that tell somebody, by the section of the runbook."""
    found = resources(templates[f"slipway-{environment}-observability"], "AWS::CloudWatch::Alarm")
    return {each["AlarmDescription"].rpartition("#")[2]: each for each in found}


def test_every_alarm_says_what_missing_data_means_and_where_to_read_on(every_template: Mapping[str, Template]) -> None:
    found = list(alarms(every_template))
    assert len(found) > 50
    for stack, alarm in found:
        assert alarm["TreatMissingData"] in {"breaching", "notBreaching"}, stack
        service, _, said = alarm["AlarmDescription"].partition(": ")
        assert stack.startswith(f"{service}-")
        page, _, anchor = said.rpartition("#")
        assert page.endswith(PAGE)
        assert anchor in anchors()


NOT_BRIDGED = {"no-healthy-task", "load-balancer-errors", "notification-not-delivered", "dead-letters"}
"""Sections of the runbook about alarms that have to come through without the alert manager."""


def bridged(template: Template) -> set[str]:
    """The sections of the runbook about the alarms whose changes are handed to the alert manager."""
    functions = {name for name, each in template["Resources"].items() if each["Type"] == "AWS::Lambda::Function"}
    return {
        template["Resources"][alarm["Fn::GetAtt"][0]]["Properties"]["AlarmDescription"].rpartition("#")[2]
        for rule in resources(template, "AWS::Events::Rule")
        if any(
            isinstance(each["Arn"], dict) and str(each["Arn"].get("Fn::GetAtt", [""])[0]) in functions
            for each in rule["Targets"]
        )
        for alarm in rule["EventPattern"]["resources"]
    }


def test_people_are_told_once_of_every_alarm_but_those_that_roll_back(every_template: Mapping[str, Template]) -> None:
    for stack, alarm in alarms(every_template):
        telling = bool(alarm.get("AlarmActions")) and alarm.get("AlarmActions") == alarm.get("OKActions")
        by_bridge = alarm["AlarmDescription"].rpartition("#")[2] in bridged(every_template[stack])
        assert telling + by_bridge == (not stack.endswith("-service")), (stack, alarm["AlarmDescription"])


def test_tickets_about_the_service_go_by_the_alert_manager_where_there_is_one(
    every_template: Mapping[str, Template], configuration: Configuration
) -> None:
    for name in ("dev", "prod", "sandbox"):
        template = every_template[f"slipway-{name}-observability"]
        full = configuration.environment(name).collects_telemetry
        assert bridged(template) == (set(of(every_template, name)) - NOT_BRIDGED if full else set()), name
    assert {"many-errors-in-the-log", "high-cpu", "missing-tasks"} <= bridged(
        every_template["slipway-prod-observability"]
    )


def test_the_bridge_may_alert_in_the_workspace_of_its_environment(templates: Mapping[str, Template]) -> None:
    policies = [
        each["PolicyDocument"]["Statement"]
        for each in resources(templates["slipway-prod-observability"], "AWS::IAM::Policy")
    ]
    (statement,) = [each for statements in policies for each in statements if "aps:" in str(each["Action"])]
    assert statement["Action"] == "aps:CreateAlertManagerAlerts"
    assert "*" not in str(statement["Resource"])


def test_every_section_about_an_alarm_is_told_by_something(every_template: Mapping[str, Template]) -> None:
    chapter = RUNBOOK.partition("## An alarm of CloudWatch fired\n")[2].partition("\n## ")[0]
    sections = {heading.lower().replace(" ", "-") for heading in re.findall(r"^### (.+)$", chapter, re.MULTILINE)}
    told = set(re.findall(rf"{re.escape(PAGE)}#([\w-]+)", str(list(every_template.values()))))
    assert sections == told - {"watchdog"}  # its section is among those of alerts: it is their silence


def test_missing_tasks_are_told_of_only_where_container_insights_counts_them(
    templates: Mapping[str, Template], configuration: Configuration
) -> None:
    counted = {name: "missing-tasks" in of(templates, name) for name in ("dev", "prod", "sandbox")}
    assert counted == {name: configuration.environment(name).insights_enabled for name in counted}
    assert counted["prod"] != counted["dev"]


def test_a_service_that_stops_by_schedule_is_not_paged_for_when_it_does(every_template: Mapping[str, Template]) -> None:
    assert "no-healthy-task" in of(every_template, "prod")
    assert "no-healthy-task" not in of(every_template, "everything")


def test_saturation_is_told_of_above_what_scaling_keeps_to(configuration: Configuration) -> None:
    busy = {"tasks": {"min": 2, "max": 4, "cpu_percent": 85, "memory_percent": 95}, "alerts": {}}
    fixed = {"tasks": {"count": 2}, "alerts": {}}
    changed = varied(configuration, {"dev": busy, "prod": fixed}).select(["dev", "prod"])
    found = templates_of(assemble(changed))
    thresholds = {
        name: tuple(of(found, name)[section]["Threshold"] for section in ("high-cpu", "high-memory"))
        for name in ("dev", "prod")
    }
    assert thresholds == {"dev": (95, 100), "prod": (80, 85)}


def test_slack_and_pagerduty_are_told_only_where_slipway_toml_says_so(templates: Mapping[str, Template]) -> None:
    types = {
        name: {
            each["Type"] for stack in ("telemetry", "observability") for each in resources_of(templates, name, stack)
        }
        for name in ("dev", "prod")
    }
    optional = {"AWS::Chatbot::SlackChannelConfiguration", "AWS::Events::ApiDestination", "AWS::Events::Connection"}
    assert types["prod"] >= optional
    assert types["dev"].isdisjoint(optional)


def resources_of(templates: Mapping[str, Template], environment: str, stack: str) -> list[dict[str, Any]]:
    return list(templates[f"slipway-{environment}-{stack}"]["Resources"].values())


def test_no_template_has_a_routing_key_in_it(templates: Mapping[str, Template]) -> None:
    (connection,) = resources(templates["slipway-prod-observability"], "AWS::Events::Connection")
    (parameter,) = connection["AuthParameters"]["InvocationHttpParameters"]["BodyParameters"]
    assert parameter["Value"].startswith("{{resolve:secretsmanager:arn:aws:secretsmanager:eu-central-1:222222222222:")


def test_pages_are_what_pagerduty_is_told_of_whichever_stack_they_are_in(templates: Mapping[str, Template]) -> None:
    template = templates["slipway-prod-observability"]
    rules = [
        each
        for each in resources(template, "AWS::Events::Rule")
        if "aws.cloudwatch" in each["EventPattern"]["source"]
        and all("HttpParameters" in target or "InputTransformer" in target for target in each["Targets"])
    ]
    assert len(rules) == 2
    for rule in rules:
        told = {section_of(alarm, template, templates) for alarm in rule["EventPattern"]["resources"]}
        assert told == {"no-healthy-task", "load-balancer-errors", "watchdog"}


def section_of(arn: dict[str, Any], template: Template, templates: Mapping[str, Template]) -> str:
    """Of the runbook, about the alarm that is referred to like this."""
    if "Fn::GetStackOutput" in arn:
        place = arn["Fn::GetStackOutput"]
        template = templates[place["StackName"]]
        arn = template["Outputs"][place["OutputName"]]["Value"]
    description: str = template["Resources"][arn["Fn::GetAtt"][0]]["Properties"]["AlarmDescription"]
    return description.rpartition("#")[2]


def test_the_channel_may_look_at_whatever_alarm_it_is_told_of(templates: Mapping[str, Template]) -> None:
    (role,) = resources(templates["slipway-prod-telemetry"], "AWS::IAM::Policy")
    (seen,) = [
        each["Resource"]
        for each in role["PolicyDocument"]["Statement"]
        if each["Action"] == "cloudwatch:DescribeAlarms"
    ]
    for stack in ("service", "observability", "prometheus"):
        assert f":alarm:slipway-prod-{stack}-*" in str(seen)


def test_the_dashboard_shows_every_alarm_of_the_environment(templates: Mapping[str, Template]) -> None:
    (dashboard,) = resources(templates["slipway-prod-observability"], "AWS::CloudWatch::Dashboard")
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    first = json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))["widgets"][0]
    assert first["type"] == "alarm"
    every = [alarm for stack, alarm in alarms(templates) if stack.startswith("slipway-prod-")]
    assert len(first["properties"]["alarms"]) == len(every)
