"""Which jobs of the real workflows run: for every event that there is, and when something before them fails."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.pipeline.runs import (
    WORKFLOWS,
    Event,
    Question,
    Result,
    Run,
    dispatch,
    pull_request,
    push,
    run,
    run_all,
    schedule,
    tag,
)

FORK = "mallory/example-service"
EVENTS: Mapping[str, Event] = {
    "push to main": push("main"),
    "push to develop": push("develop"),
    "push to a feature branch": push("feature"),
    "tag": tag("v1.0.0"),
    "pull request to main": pull_request("main"),
    "pull request to develop": pull_request("develop"),
    "pull request to main from a fork": pull_request("main", fork=FORK),
    "pull request to main that is closed": pull_request("main", action="closed"),
    "by hand": dispatch(),
}
ENVIRONMENTS = {"plan": {"environments": '["one"]', "architectures": "[]"}}
"""What the plan of the pipeline says of a branch that is deployed somewhere."""

EVERY_JOB = ["plan", "test", "coverage", "build", "publish", "deploy", "notify"]


def started(workflow: str) -> dict[str, list[str]]:
    """The jobs that run, by the event that starts the workflow."""
    outputs = ENVIRONMENTS if workflow == "pipeline.yml" else {}
    runs = run_all(Question(workflow, event, outputs=outputs) for event in EVENTS.values())
    return {name: each.ran for name, each in zip(EVENTS, runs, strict=True) if each.triggered}


def pipeline(event: Event, results: Mapping[str, Result] | None = None, **more: Any) -> Run:
    return run("pipeline.yml", event, results=results or {}, **{"outputs": ENVIRONMENTS, **more})


def test_the_pipeline_deploys_what_is_pushed_to_two_branches_and_only_tests_what_is_to_go_to_main() -> None:
    assert started("pipeline.yml") == {
        "push to main": EVERY_JOB,
        "push to develop": EVERY_JOB,
        "pull request to main": ["test", "coverage"],
        "pull request to main from a fork": ["test", "coverage"],
    }


def test_a_branch_that_no_environment_is_deployed_from_is_built_and_neither_published_nor_deployed() -> None:
    found = pipeline(push("main"), outputs={"plan": {"environments": "[]", "architectures": "[]"}})
    assert [job for job, result in found.jobs.items() if result == "skipped"] == ["publish", "deploy", "stopped"]


@pytest.mark.parametrize("ended", ["failure", "cancelled"])
def test_after_a_job_that_fails_nothing_is_deployed_and_everybody_is_told(ended: Result) -> None:
    ran = {
        "plan": ["plan", "test", "coverage", "notify"],
        "test": ["plan", "test", "notify"],
        "build": ["plan", "test", "coverage", "build", "notify"],
        "publish": ["plan", "test", "coverage", "build", "publish", "notify"],
        "deploy": EVERY_JOB,
        "notify": EVERY_JOB,
    }
    for event in (push("main"), push("develop")):
        asked = (Question("pipeline.yml", event, results={job: ended}, outputs=ENVIRONMENTS) for job in ran)
        found = dict(zip(ran, run_all(asked), strict=True))
        assert {job: each.ran for job, each in found.items()} == ran
        told = {job: each.needs["notify"][job]["result"] for job, each in found.items() if job != "notify"}
        assert set(told.values()) == {ended}


@pytest.mark.parametrize(
    ("job", "ran"),
    [
        ("test", ["plan", "test", "stopped", "notify"]),
        ("build", ["plan", "test", "coverage", "build", "stopped", "notify"]),
        ("deploy", [*EVERY_JOB[:-1], "stopped", "notify"]),
    ],
)
def test_a_run_that_is_cancelled_still_tells(job: str, ran: Sequence[str]) -> None:
    assert pipeline(push("main"), {job: "cancelled"}, cancelled=True).ran == ran


def test_codecov_being_away_holds_nothing_up() -> None:
    found = pipeline(push("main"), {"coverage": "failure"})
    assert found.ran == EVERY_JOB
    assert "coverage" not in found.needs["notify"]


def test_notify_sees_every_job_that_a_release_needs() -> None:
    found = pipeline(push("main"), {"build": "failure"})
    assert {job: each["result"] for job, each in found.needs["notify"].items()} == {
        "plan": "success",
        "test": "success",
        "build": "failure",
        "publish": "skipped",
        "deploy": "skipped",
        "stopped": "skipped",
    }


def test_a_failed_test_of_a_pull_request_is_told_by_github_alone() -> None:
    for event in (pull_request("main"), pull_request("main", fork=FORK)):
        assert pipeline(event, {"test": "failure"}).ran == ["test"]


def test_pushes_never_take_each_others_place_and_commits_of_a_pull_request_do() -> None:
    pushed, asked = pipeline(push("main")), pipeline(pull_request("main"))
    assert "" not in pushed.concurrency
    assert pushed.concurrency["test"]["group"] == "test-1234567890"  # the run's own
    assert pushed.concurrency["deploy"].get("cancel-in-progress", False) is False
    assert pushed.concurrency["deploy"]["queue"] == "max"
    assert asked.concurrency["test"] == {"group": "test-7", "cancel-in-progress": True}


def test_what_would_go_to_main_is_reviewed_and_what_is_deployed_is_asked_for_our_own_branches_only() -> None:
    assert started("pull-request.yml") == {
        "pull request to main": ["base", "head", "deployed", "review"],
        "pull request to main from a fork": ["base", "head", "review"],
    }


@pytest.mark.parametrize(
    ("results", "ran"),
    [
        ({"deployed": "failure"}, ["base", "head", "deployed", "review"]),
        ({"head": "failure"}, ["base", "head"]),
        ({"base": "failure"}, ["base", "head"]),
        ({"head": "cancelled"}, ["base", "head"]),
    ],
)
def test_a_change_that_does_not_synthesise_is_not_reviewed_and_one_that_cannot_be_compared_is(
    results: Mapping[str, Result], ran: Sequence[str]
) -> None:
    assert run("pull-request.yml", pull_request("main"), results=results).ran == ran


def test_the_newest_commit_of_a_pull_request_is_reviewed() -> None:
    found = run("pull-request.yml", pull_request("main"))
    assert found.concurrency[""] == {"group": "pull-request-7", "cancel-in-progress": True}
    assert run("pull-request.yml", pull_request("main"), results={"head": "cancelled"}, cancelled=True).ran == [
        "base",
        "head",
    ]


def test_quality_is_looked_at_for_both_branches_before_and_after() -> None:
    jobs = ["code", "templates", "codeql"]
    assert started("quality.yml") == {
        "push to main": jobs,
        "push to develop": jobs,
        "pull request to main": jobs,
        "pull request to develop": jobs,
        "pull request to main from a fork": jobs,
    }
    assert run("quality.yml", schedule("23 4 * * 3")).ran == jobs
    assert run("quality.yml", push("main"), variables={"CODEQL": "off"}).ran == ["code", "templates"]


def test_one_kind_of_finding_hides_no_other() -> None:
    assert run("quality.yml", push("main"), results={"code": "failure"}).ran == ["code", "templates", "codeql"]


@pytest.mark.parametrize(
    ("workflow", "cron", "jobs"),
    [
        ("drift.yml", "17 5 * * 1", ["plan", "drift", "report"]),
        ("audit.yml", "41 5 * * 1", ["audit", "report"]),
    ],
)
def test_once_a_week_or_by_hand_somebody_looks_and_tells_whatever_is_found(
    workflow: str, cron: str, jobs: Sequence[str]
) -> None:
    assert started(workflow) == {"by hand": jobs}
    looks = jobs[-2]
    for results in ({}, {looks: "failure"}):
        assert run(workflow, schedule(cron), results=results).ran == jobs
    assert run(workflow, schedule(cron), results={looks: "cancelled"}, cancelled=True).ran == jobs[:-1]
    assert run(workflow, schedule(cron)).concurrency[""] == {"group": looks, "cancel-in-progress": False}


def test_without_a_plan_there_is_nothing_to_tell_of_drift() -> None:
    assert run("drift.yml", dispatch(), results={"plan": "failure"}).ran == ["plan"]


def test_every_workflow_is_one_that_github_takes() -> None:
    found = run_all(Question(path.name, push("main")) for path in sorted(WORKFLOWS.glob("*.yml")))
    assert len(found) == 5
