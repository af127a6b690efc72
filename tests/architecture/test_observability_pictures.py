"""The pictures of observability have the containers, and every alarm and alert with what it does."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.architecture.document import ENVIRONMENT, chart
from tests.conftest import PROJECT, Template, resources
from tests.observability.alerting import rule_files

ALARM, ALERT, EVENT = "[", "(", "{{"
CLASSES = {"rolls a release back, and tells nobody": "rollback"}
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
TELLS = chart("What tells whom")


def shown(shape: str) -> Counter[tuple[str, str]]:
    """Each class and title of that shape."""
    return Counter(
        (CLASSES.get(title, title), node.title)
        for group, title in TELLS.groups.items()
        for node in TELLS.of_group(group)
        if node.shape == shape
    )


def headings() -> dict[str, str]:
    """The titles of the runbook by what links to them."""
    titles = re.findall(r"(?m)^#+ (.+)$", RUNBOOK)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-"): title for title in titles}


@pytest.fixture(scope="module")
def stacks(templates: Mapping[str, Template]) -> dict[str, Template]:
    """Of the environment, by the last part of their names."""
    prefix = f"slipway-{ENVIRONMENT}-"
    return {name.removeprefix(prefix): each for name, each in templates.items() if name.startswith(prefix)}


@pytest.fixture(scope="module")
def alarms(stacks: dict[str, Template]) -> dict[tuple[str, str], dict[str, Any]]:
    """By stack and logical id."""
    return {
        (stack, logical_id): each["Properties"]
        for stack, template in stacks.items()
        for logical_id, each in template["Resources"].items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


def rolling_back(stacks: dict[str, Template]) -> set[tuple[str, str]]:
    """What ECS reads during a rollout."""
    (service,) = resources(stacks["service"], "AWS::ECS::Service")
    return {("service", each["Ref"]) for each in service["DeploymentConfiguration"]["Alarms"]["AlarmNames"]}


def bridged(stacks: dict[str, Template]) -> set[tuple[str, str]]:
    """What becomes an alert with the severity of a ticket."""
    found = set()
    for rule in resources(stacks["observability"], "AWS::Events::Rule"):
        targets = " ".join(str(target["Arn"]) for target in rule["Targets"])
        if "Function" in targets:
            found |= {("observability", each["Fn::GetAtt"][0]) for each in rule["EventPattern"]["resources"]}
    return found


def told(alarm: Mapping[str, Any]) -> Iterator[str]:
    """The topics that an alarm tells, by what they are for."""
    for action in alarm.get("AlarmActions", []):
        (name,) = re.findall("Pages|Tickets", str(action))
        yield {"Pages": "page", "Tickets": "ticket"}[name]


def title(alarm: Mapping[str, Any], *, rolls_back: bool) -> str:
    """What the runbook calls it; of those that roll back it has one part, and their graphs have names."""
    if rolls_back:
        (label,) = [metric["Label"] for metric in alarm["Metrics"] if metric["ReturnData"]]
        return str(label)
    return headings()[alarm["AlarmDescription"].rpartition("#")[2]]


def test_every_alarm_is_in_the_class_of_what_it_does(
    stacks: dict[str, Template], alarms: dict[tuple[str, str], dict[str, Any]]
) -> None:
    found = Counter[tuple[str, str]]()
    for place, alarm in alarms.items():
        classes = [*told(alarm), *(["ticket"] if place in bridged(stacks) else [])]
        back = place in rolling_back(stacks)
        for each in [*classes, *(["rollback"] if back else [])]:
            found[each, title(alarm, rolls_back=back)] += 1
    assert shown(ALARM) == found
    assert found.total() == len(alarms)


def test_every_alert_is_in_the_class_of_its_severity() -> None:
    rules = [
        rule
        for file in rule_files()
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    assert set(shown(ALERT)) == {(rule["labels"]["severity"], rule["alert"]) for rule in rules}
    assert set(shown(ALERT).values()) == {1}


def test_every_event_of_a_deployment_is_in_the_class_of_the_topic_it_goes_to(stacks: dict[str, Template]) -> None:
    found = set()
    for rule in resources(stacks["observability"], "AWS::Events::Rule"):
        topics = re.findall(r"Topics(Pages|Tickets)", str(rule["Targets"]))
        if rule["EventPattern"]["source"] == ["aws.ecs"] and topics:
            failed = rule["EventPattern"]["detail"]["eventName"] == ["SERVICE_DEPLOYMENT_FAILED"]
            event = "Deployment failed" if failed else "Rolled back"
            found.add(({"Pages": "page", "Tickets": "ticket"}[topics[0]], event))
    assert set(shown(EVENT)) == found


def test_pages_and_tickets_reach_those_whom_the_arrows_lead_to(stacks: dict[str, Template]) -> None:
    topics = {"page": "Pages", "ticket": "Tickets"}
    expected = {("page", "PagerDuty"), ("heartbeat", "Watchdog"), ("rollback", "ECS")}
    mails = str(resources(stacks["telemetry"], "AWS::SNS::Subscription"))
    (slack,) = resources(stacks["telemetry"], "AWS::Chatbot::SlackChannelConfiguration")
    for name, topic in topics.items():
        expected |= {
            (name, who) for who, where in (("mail", mails), ("Slack", str(slack))) if f"Topics{topic}" in where
        }
    assert {(CLASSES.get(start, start), end) for start, end in TELLS.titled()} == expected
    incidents = [rule for rule in resources(stacks["observability"], "AWS::Events::Rule") if "PagerDuty" in str(rule)]
    assert incidents


def test_each_task_has_the_containers_and_ports_of_the_picture(stacks: dict[str, Template]) -> None:
    picture, found = chart("Flows"), {}
    for template in (stacks["service"], stacks["dashboards"]):
        for service in resources(template, "AWS::ECS::Service"):
            task = template["Resources"][service["TaskDefinition"]["Ref"]]["Properties"]
            found[f"task of {service['ServiceName']}"] = {
                container["Name"]: sorted(each["ContainerPort"] for each in container.get("PortMappings", []))
                for container in task["ContainerDefinitions"]
            }
    assert {
        title: {
            node.title: [int(port) for line in node.lines[1:] for port in line.split(", ")]
            for node in picture.of_group(group)
        }
        for group, title in picture.groups.items()
    } == found
