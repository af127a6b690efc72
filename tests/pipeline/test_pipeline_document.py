"""docs/pipeline.md says of the pipeline what its workflow says."""

import re
from typing import Any

import pytest
import yaml

from operations.github import SECRETS
from operations.pipeline.plan import AROUND
from operations.smoke import IN_A_ROW
from tests.conftest import PROJECT
from tests.pipeline.test_image_tags import TAGS

DOCUMENT = (PROJECT / "docs" / "pipeline.md").read_text()
WORKFLOWS = PROJECT / ".github" / "workflows"
WORKFLOW = yaml.safe_load((PROJECT / ".github" / "workflows" / "pipeline.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below that heading, without its header."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    table = lines[: next((i for i, line in enumerate(lines[2:], 2) if set(line) <= set("|-: ")), len(lines) + 1) - 1]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def needed(job: str) -> list[str]:
    needs = JOBS[job].get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def test_every_job_has_a_row_in_its_order() -> None:
    assert [code(row[0]) for row in rows("The jobs")] == [[job] for job in JOBS]


@pytest.mark.parametrize("job", [job for job in JOBS if job != "notify"])
def test_a_row_names_the_jobs_before_it(job: str) -> None:
    (row,) = [row for row in rows("The jobs") if code(row[0]) == [job]]
    assert code(row[1]) == needed(job)


def test_notify_comes_after_all_but_the_coverage() -> None:
    assert rows("The jobs")[-1][1] == "all but `coverage`"
    assert set(needed("notify")) == set(JOBS) - {"coverage", "notify"}


@pytest.mark.parametrize("job", JOBS)
def test_a_row_has_the_time_limit(job: str) -> None:
    (row,) = [row for row in rows("The jobs") if code(row[0]) == [job]]
    limit = AROUND if job == "deploy" else JOBS[job]["timeout-minutes"]
    assert row[3].startswith(f"{limit} min")


def test_the_picture_has_the_jobs_and_what_starts_them() -> None:
    picture = DOCUMENT.partition("```mermaid\n")[2].partition("```")[0]
    assert set(re.findall(r"(\w+)\[\"\1<br>", picture)) == set(JOBS)
    branches = WORKFLOW[True]["push"]["branches"]
    assert f"push to {' or '.join(branches)}" in picture
    assert f"pull request to {WORKFLOW[True]['pull_request']['branches'][0]}" in picture


@pytest.mark.parametrize("branch", ["main", "develop"])
def test_the_tags_are_those_of_the_rules(branch: str) -> None:
    (row,) = [row for row in rows("Tags") if code(row[0]) == [branch]]
    assert code(row[1]) == TAGS[f"refs/heads/{branch}", 1]
    assert code(row[2]) == TAGS[f"refs/heads/{branch}", 1][:1]


def test_the_permissions_are_those_of_the_jobs() -> None:
    told = {job: code(row[1]) for row in rows("Credentials") for job in code(row[0])}
    assert told == {
        job: [f"{scope}: {access}" for scope, access in each["permissions"].items()] for job, each in JOBS.items()
    }


def test_the_secrets_are_those_that_slipway_github_names() -> None:
    assert all(f"| `{secret}` |" in DOCUMENT for secret in SECRETS)


def test_the_key_of_poetrys_cache_is_that_of_the_job() -> None:
    (cache,) = [step["with"] for step in JOBS["test"]["steps"] if step.get("uses", "").startswith("actions/cache@")]
    assert f"`{cache['key']}`" in DOCUMENT


def test_the_minutes_add_up() -> None:
    billed = {code(row[0])[0] if code(row[0]) else row[0]: int(row[1]) for row in rows(COST)}
    assert list(billed) == [*JOBS, "a push", "a pull request"]
    assert billed["a push"] == sum(billed[job] for job in JOBS)
    assert billed["a pull request"] == billed["test"] + billed["coverage"]


def test_the_other_workflows_are_counted_with_all_their_jobs() -> None:
    minutes = minutes_of_others()
    assert set(minutes) | {"pipeline.yml"} == {path.name for path in WORKFLOWS.glob("*.yml")}
    for name, (jobs, total) in minutes.items():
        assert [job for job, _ in jobs] == list(yaml.safe_load((WORKFLOWS / name).read_text())["jobs"])
        assert sum(each for _, each in jobs) == total


def test_what_happens_costs_as_much_as_the_workflows_that_it_starts() -> None:
    own = {row[0]: int(row[1]) for row in rows(COST)}
    others = {name: total for name, (_, total) in minutes_of_others().items()}
    started = {"a push": "push", "a commit": "pull_request", "a week": "schedule"}
    told = {row[0].split(" ", 2)[1]: (code(row[1]), int(row[2])) for row in tables(COST)[2]}
    for what, trigger in started.items():
        names = {path.name for path in WORKFLOWS.glob("*.yml") if trigger in yaml.safe_load(path.read_text())[True]}
        pipeline = {"push": own["a push"], "pull_request": own["a pull request"]}.get(trigger, 0)
        listed, minutes = told[what.removeprefix("a ")]
        assert set(listed) == names
        assert minutes == sum(others[name] for name in names - {"pipeline.yml"}) + pipeline
    left = 2000 - round(told["week"][1] * 52 / 12)
    push, commit = told["push"][1], told["commit"][1]
    assert f"leaves some {left // push} pushes, or {left // commit} commits of pull requests" in DOCUMENT.replace(
        "\n", " "
    )


def minutes_of_others() -> dict[str, tuple[list[tuple[str, int]], int]]:
    """Of every other workflow the minutes of each job, for all of its matrix, and those of a run."""
    found = {}
    for name, jobs, total in tables(COST)[1]:
        parts = re.findall(r"`([\w-]+)` (\d+)(?: for each of (\d+))?", jobs)
        found[code(name)[0]] = ([(job, int(each) * int(times or 1)) for job, each, times in parts], int(total))
    return found


def tables(heading: str) -> list[list[list[str]]]:
    """The cells of every table below that heading, without the headers."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?m)(?:^\|.*\n)+", section)
    return [[[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]] for table in found]


COST = "How long it takes, and what it costs"


def test_what_the_smoke_test_asks_is_what_it_says() -> None:
    assert IN_A_ROW == 3
    assert "three times in a row" in DOCUMENT.replace("\n   ", " ")
