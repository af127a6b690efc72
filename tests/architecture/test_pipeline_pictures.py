"""The pictures of the workflows have their jobs, what these need and may, and what starts them."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.architecture.document import chart, code, rows, section
from tests.architecture.mermaid import Edge, Flowchart, Node
from tests.architecture.workflows import JOBS, WORKFLOWS, Job, scripts
from tests.conftest import PROJECT

PIPELINE = "pipeline.yml"
OTHERS = chart("The other workflows")
TRIGGER, JOB = "([", "["
DAYS = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays")

Drawn = tuple[Flowchart, list[Node]]


def drawn(file: str) -> Drawn:
    """The picture of a workflow, and the nodes that are its own."""
    if file == PIPELINE:
        whole = chart(PIPELINE)
        return whole, list(whole.nodes.values())
    (group,) = [group for group, title in OTHERS.groups.items() if title == file]
    return OTHERS, OTHERS.of_group(group)


def edges(picture: Drawn, shape: str) -> Iterator[tuple[str, str, Edge]]:
    """Those that begin at a node of that shape, with the titles of both ends."""
    whole, nodes = picture
    own = {node.id: node for node in nodes}
    for edge in whole.edges:
        if edge.start in own and own[edge.start].shape == shape:
            yield own[edge.start].title, own[edge.end].title, edge


def needed(job: Job) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def triggers(file: str) -> dict[str, str]:
    """What starts a workflow in the pictures' words, with the event that it is to GitHub."""
    found = {}
    for event, details in WORKFLOWS[file][True].items():  # YAML 1.1 takes `on` for a truth value
        match event:
            case "push" | "pull_request":
                found[f"{event.replace('_', ' ')} to {' or '.join(details['branches'])}"] = event
            case "schedule":
                for each in details:
                    minute, hour, _, _, day = each["cron"].split()
                    found[f"{DAYS[int(day)]} {int(hour):02}:{int(minute):02} UTC"] = event
            case "workflow_dispatch":
                found["by hand"] = event
            case _:
                found[event] = event
    return found


def test_every_workflow_has_a_picture() -> None:
    assert {*OTHERS.groups.values(), PIPELINE} == set(WORKFLOWS)


@pytest.mark.parametrize("file", WORKFLOWS)
def test_the_jobs_are_those_of_the_workflow(file: str) -> None:
    assert {node.title for node in drawn(file)[1] if node.shape == JOB} == set(WORKFLOWS[file]["jobs"])


@pytest.mark.parametrize("file", WORKFLOWS)
def test_an_arrow_is_a_job_that_another_one_needs_and_dotted_if_it_may_have_failed(file: str) -> None:
    assert {(start, end, edge.dotted) for start, end, edge in edges(drawn(file), JOB)} == {
        (before, name, bool(re.search(r"(always|cancelled)\(\)", str(job.get("if", "")))))
        for name, job in WORKFLOWS[file]["jobs"].items()
        for before in needed(job)
    }


@pytest.mark.parametrize("file", WORKFLOWS)
def test_what_starts_a_workflow_leads_to_the_jobs_that_need_no_other(file: str) -> None:
    assert {(start, end) for start, end, _ in edges(drawn(file), TRIGGER)} == {
        (trigger, name)
        for trigger, event in triggers(file).items()
        for name, job in WORKFLOWS[file]["jobs"].items()
        if not needed(job) and ("github.event_name ==" not in str(job.get("if")) or f"'{event}'" in job["if"])
    }


@pytest.mark.parametrize("file", WORKFLOWS)
def test_below_each_job_stands_what_it_may(file: str) -> None:
    shown = {node.title: node.lines[1:] for node in drawn(file)[1] if node.shape == JOB}
    assert shown == {
        name: [f"{scope}: {access}" for scope, access in job["permissions"].items()] or ["nothing"]
        for name, job in WORKFLOWS[file]["jobs"].items()
    }


def test_no_workflow_gives_its_jobs_more_than_they_name() -> None:
    assert {file: workflow["permissions"] for file, workflow in WORKFLOWS.items()} == {file: {} for file in WORKFLOWS}


def test_the_commands_of_each_workflow_are_in_the_table() -> None:
    told = {code(row[0])[0]: (set(code(row[1])), set(code(row[2]))) for row in rows("GitHub Actions, and Jenkins")}
    assert told == {
        file: commands("\n".join(scripts(job) for (where, _), job in JOBS.items() if where == file))
        for file in WORKFLOWS
    }


def test_the_composite_actions_add_what_is_said_below_the_table() -> None:
    (sentence,) = re.findall(r"The composite actions add (.+?)\.", section("GitHub Actions, and Jenkins"), re.DOTALL)
    actions = [yaml.safe_load(path.read_text()) for path in (PROJECT / ".github" / "actions").glob("*/action.yml")]
    targets, verbs = commands("\n".join(scripts(action["runs"]) for action in actions))
    assert set(code(sentence)) == {f"make {each}" for each in targets} | {f"slipway {each}" for each in verbs}


def commands(script: str) -> tuple[set[str], set[str]]:
    """The targets of make and the verbs of slipway that it runs."""
    targets = {target for line in re.findall(r"(?m)(?:^|run: )make ([\w -]+)$", script) for target in line.split()}
    return targets, set(re.findall(r"\.venv/bin/slipway ((?:pipeline |report )?[a-z]+)", script))
