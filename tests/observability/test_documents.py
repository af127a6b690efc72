"""docs/observability.md and docs/runbook.md: what they name is there, and what is there they name."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import PROJECT
from tests.observability.alerting import rule_files
from tests.observability.dashboards import panels
from tests.observability.servers import OBSERVABILITY

DOCUMENT = (PROJECT / "docs" / "observability.md").read_text()
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text()
COMPOSE = yaml.safe_load((OBSERVABILITY / "compose.yaml").read_text())
ALERTS = [
    rule
    for file in rule_files()
    for group in yaml.safe_load(file.read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
]
NAMES = sorted({rule["alert"] for rule in ALERTS})


def part(document: str, title: str) -> str:
    """What stands under that heading, up to the next of its level or above."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^##? |^\1 |\Z)", document, re.MULTILINE | re.DOTALL)
    assert found, f"there is no part {title}"
    return found[2]


def anchors(document: str) -> set[str]:
    """The headings as GitHub links to them."""
    titles = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_the_runbook_of_an_alert_is_a_heading_that_exists(rule: dict[str, dict[str, str]]) -> None:
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor in anchors((PROJECT / file).read_text())


@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_says_what_to_type_or_where_to_look(name: str) -> None:
    said = part(RUNBOOK, name)
    assert re.search(r"`\w+ .+?`|http://localhost|In Jaeger|It needs no answer", said), said


def test_the_runbook_has_nothing_about_alerts_that_there_are_not() -> None:
    assert sorted(re.findall(r"^### (.+)$", part(RUNBOOK, "An alert fired"), re.MULTILINE)) == NAMES


def test_connections_are_looked_for_where_the_service_task_lets_them_be_seen() -> None:
    said = part(RUNBOOK, "FileDescriptorsHigh")
    (file,) = re.findall(r"-- cat (/proc/\S+)`", said)
    header = Path(file).read_text().splitlines()[0].split()
    assert {"local_address", "st"} <= set(header)
    assert f"{8000:04X}" in said


def test_only_a_laptop_is_said_to_have_exemplars() -> None:
    for sentence in re.findall(r"[^.:]*\b(?:[Dd]ots?|exemplars?)\b[^.]*\.", DOCUMENT + RUNBOOK):
        assert "On a laptop" in sentence or "keeps no\nexemplars" in sentence, sentence


def test_the_panels_that_the_runbook_names_are_on_the_dashboard() -> None:
    titles = {panel["title"] for panel in panels()}
    sentences = re.sub(r"^```.*?^```", "", part(RUNBOOK, "An alert fired"), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r'"([A-Z][^"]+)"', sentences))
    assert named
    assert named <= titles


def test_every_alert_is_in_the_table_with_its_severity() -> None:
    rows = re.findall(r"^\| ([\w, ]+?) \| (page|ticket|heartbeat) \|", part(DOCUMENT, "What fires"), re.MULTILINE)
    told = {(name.strip(), severity) for names, severity in rows for name in names.split(",")}
    assert told == {(rule["alert"], rule["labels"]["severity"]) for rule in ALERTS}


def test_every_port_of_a_container_is_in_the_table() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \|", part(DOCUMENT, "Names and ports"), re.MULTILINE))
    ports = {name: service["ports"][0].split(":")[1] for name, service in COMPOSE["services"].items()}
    assert rows == ports


def test_every_variable_that_names_a_secret_is_told() -> None:
    variables = {secret["file"].partition("{")[2].partition(":")[0] for secret in COMPOSE["secrets"].values()}
    assert set(re.findall(r"^\| `(\w+_FILE)` \|", DOCUMENT, re.MULTILINE)) == variables


def test_the_output_of_make_observe_is_that_of_the_script() -> None:
    script = (OBSERVABILITY / "observe.sh").read_text()
    told = re.search(r"\$ make observe\n(.*?)```", DOCUMENT, re.DOTALL)
    assert told
    for line in told[1].splitlines():
        assert f"{' '.join(line.split())}" in " ".join(script.split())


def test_the_files_and_commands_that_it_names_exist() -> None:
    listed = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for target in re.findall(r"`make ([\w-]+)`", DOCUMENT):
        assert re.search(rf"^{target} ", listed, re.MULTILINE), target
    for path in re.findall(r"`((?:observability|tests)/[\w./-]+)`", DOCUMENT):
        assert (PROJECT / path).exists(), path
    for path, anchor in re.findall(r"\]\(([\w./]+\.md)(?:#([\w-]+))?\)", DOCUMENT):
        target_text = (PROJECT / "docs" / path).read_text()
        assert not anchor or anchor in anchors(target_text)
