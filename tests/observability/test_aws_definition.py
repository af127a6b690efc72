"""What prod's template hands to Amazon Managed Service for Prometheus, run in a real Alertmanager and by promtool."""

import json
import re
import subprocess
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Template
from tests.observability.aws_definition import Aws, definition_in, rewritten, rules_in, started_aws
from tests.observability.servers import OBSERVABILITY, Alertmanager, needs, program, started_alertmanager, wait_for

AWKWARD = 'a "quoted" back\\slash, a\nnew line, a\ttab and \u00fcnicode \\'
LONGEST_REPEAT = timedelta(days=5)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@pytest.fixture(scope="module")
def template(templates: Mapping[str, Template]) -> Template:
    return templates["slipway-prod-prometheus"]


@pytest.fixture(scope="module")
def definition(template: Template) -> dict[str, Any]:
    return definition_in(template)


@pytest.fixture(scope="module")
def running(
    definition: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Alertmanager, Aws]]:
    folder = tmp_path_factory.mktemp("alertmanager")
    with started_aws() as aws:
        configuration = rewritten(definition, folder, sns=aws.url, pagerduty=f"{aws.url}/pagerduty")
        with started_alertmanager(folder, configuration) as alertmanager:
            yield alertmanager, aws


def alert(name: str, severity: str, **changes: Any) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "severity": severity, "job": name},
        "annotations": {"summary": f"{name} happens", "runbook": "docs/runbook.md#it"},
    } | changes


def shown(message: Mapping[str, str]) -> dict[str, Any]:
    """What Amazon Q Developer shows of an SNS message; it takes no other form."""
    body = json.loads(message["Message"])
    assert (body["version"], body["source"], body["content"]["textType"]) == ("1.0", "custom", "client-markdown")
    content: dict[str, Any] = body["content"]
    return content


@needs("alertmanager")
def test_a_page_goes_to_the_pages_and_to_pagerduty_and_its_end_ends_the_same_incident(
    running: tuple[Alertmanager, Aws],
) -> None:
    alertmanager, aws = running
    alertmanager.raise_alerts(alert("Down", "page"))
    (message,) = wait_for(lambda: aws.to("Pages"))
    content = shown(message)
    assert content["title"] == "[FIRING] prod: Down"
    assert "Down happens" in content["description"]
    assert "https://github.com/example-org/example-service/blob/HEAD/docs/runbook.md#it" in content["description"]
    (triggered,) = wait_for(lambda: aws.events)
    assert (triggered["event_action"], triggered["payload"]["severity"]) == ("trigger", "critical")
    assert triggered["payload"]["summary"] == "Down happens"

    alertmanager.raise_alerts(alert("Down", "page", endsAt=datetime.now(UTC).isoformat()))
    wait_for(lambda: len(aws.to("Pages")) > 1 and len(aws.events) > 1)
    assert shown(aws.to("Pages")[1])["title"] == "[RESOLVED] prod: Down"
    assert aws.events[1]["event_action"] == "resolve"
    assert aws.events[1]["dedup_key"] == triggered["dedup_key"]


@needs("alertmanager")
def test_text_that_json_does_not_take_arrives_as_json(running: tuple[Alertmanager, Aws]) -> None:
    alertmanager, aws = running
    alertmanager.raise_alerts(
        alert(AWKWARD, "ticket", annotations={"summary": AWKWARD, "description": AWKWARD, "runbook": AWKWARD})
    )
    message = wait_for(lambda: [each for each in aws.to("Tickets") if "quoted" in each["Message"]])[0]
    content = shown(message)
    as_it_is_shown = re.sub(r"[\n\t]", " ", AWKWARD)
    assert content["title"].endswith(as_it_is_shown)
    assert content["description"].count(as_it_is_shown) == 3
    assert message["Subject"].isascii()
    assert message["Subject"].isprintable()


@needs("alertmanager")
def test_of_many_alerts_the_first_are_told_and_the_rest_are_counted(running: tuple[Alertmanager, Aws]) -> None:
    alertmanager, aws = running
    many = [alert("Many", "ticket") for _ in range(25)]
    for number, each in enumerate(many):
        each["labels"] |= {"number": str(number), "job": "many"}
    alertmanager.raise_alerts(*many)
    message = wait_for(lambda: [each for each in aws.to("Tickets") if "Many" in each["Message"]])[0]
    description = shown(message)["description"]
    assert description.count("Many happens") == 10
    assert "25 alerts in all" in description


@needs("alertmanager")
def test_a_heartbeat_goes_where_its_absence_is_noticed_and_nowhere_else(running: tuple[Alertmanager, Aws]) -> None:
    alertmanager, aws = running
    alertmanager.raise_alerts(alert("Watchdog", "heartbeat"))
    assert wait_for(lambda: aws.to("Heartbeat"))
    assert [
        each for each in aws.messages if "Watchdog" in each["Message"] and "Heartbeat" not in each["TopicArn"]
    ] == []


def test_routing_and_inhibition_are_the_laptops(definition: dict[str, Any]) -> None:
    laptop = yaml.safe_load((OBSERVABILITY / "alertmanager" / "alertmanager.yaml").read_text())
    config = yaml.safe_load(definition["alertmanager_config"])
    assert (config["route"], config["inhibit_rules"]) == (laptop["route"], laptop["inhibit_rules"])
    assert {each["name"] for each in config["receivers"]} == {each["name"] for each in laptop["receivers"]}


def test_nothing_in_the_definition_is_what_the_service_refuses(definition: dict[str, Any]) -> None:
    assert set(definition) == {"alertmanager_config", "template_files"}
    config = yaml.safe_load(definition["alertmanager_config"])
    assert set(config) == {"templates", "route", "inhibit_rules", "receivers"}
    assert set(config["templates"]) == set(definition["template_files"])
    for receiver in config["receivers"]:
        assert set(receiver) <= {"name", "sns_configs", "pagerduty_configs"}
        for each in receiver["sns_configs"]:
            assert not {"api_url", "http_config"} & set(each)
            assert each["sigv4"] == {"region": "eu-central-1"}
    for each in re.findall(r"repeat_interval: (\d+)([smhd])", definition["alertmanager_config"]):
        assert timedelta(**{UNITS[each[1]]: int(each[0])}) <= LONGEST_REPEAT


@needs("promtool")
def test_promtool_takes_the_rules_of_the_template(template: Template, tmp_path: Path) -> None:
    for name, data in rules_in(template).items():
        (tmp_path / f"{name}.yaml").write_text(data)
    tool = program("promtool")
    assert tool
    checked = subprocess.run(
        [tool, "check", "rules", *sorted(str(path) for path in tmp_path.iterdir())],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_rules_are_the_laptops_and_the_limits_those_of_the_task(template: Template) -> None:
    written = {path.stem: path.read_text() for path in (OBSERVABILITY / "prometheus" / "rules").glob("*.yaml")}
    rendered = rules_in(template)
    assert set(rendered) == {*written, "limits"}
    assert {name: rendered[name] for name in written if name != "objectives"} == {
        name: text for name, text in written.items() if name != "objectives"
    }
    # What slipway.toml omits is what the file says.
    assert yaml.safe_load(rendered["objectives"]) == yaml.safe_load(written["objectives"])
    laptop = yaml.safe_load((OBSERVABILITY / "prometheus" / "limits.yaml").read_text())
    limits = yaml.safe_load(rendered["limits"])
    assert [(each["record"], each["labels"]) for each in limits["groups"][0]["rules"]] == [
        (each["record"], each["labels"]) for each in laptop["groups"][0]["rules"]
    ]
    assert [each["expr"] for each in limits["groups"][0]["rules"]] == ["vector(805306368)", "vector(0.5)"]
