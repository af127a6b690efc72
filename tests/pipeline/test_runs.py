"""The harness decides as GitHub does, also where that surprises."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.pipeline.runs import (
    Event,
    Question,
    Result,
    Run,
    WorkflowError,
    dispatch,
    pull_request,
    push,
    run,
    run_all,
    schedule,
    tag,
)

CRON = "0 6 * * 1"


def workflow(on: str, **jobs: str) -> str:
    """A workflow with these jobs, of which only the keys that decide are written down."""
    written = [f"  {name}:\n    runs-on: x\n    steps: [{{run: x}}]\n    {keys}" for name, keys in jobs.items()]
    return f"name: made-up\non: {on}\njobs:\n" + "\n".join(written)


def results(jobs: Mapping[str, str], ended: Mapping[str, Result] | None = None, **more: Any) -> Mapping[str, Result]:
    return run(workflow("push", **jobs), push("main"), results=ended or {}, **more).jobs


def needing(*jobs: str, when: str = "") -> str:
    condition = f"\n    if: {when}" if when else ""
    return f"needs: [{', '.join(jobs)}]{condition}"


STARTS: Sequence[tuple[str, Event, bool]] = [
    ("push", push("any"), True),
    ("push", tag("v1"), True),
    ("push", pull_request("main"), False),
    ("{push: {branches: [main]}}", push("main"), True),
    ("{push: {branches: [main]}}", push("main-2"), False),
    ("{push: {branches: [main]}}", tag("main"), False),  # branches alone: tags never
    ("{push: {tags: ['v*']}}", tag("v1"), True),
    ("{push: {tags: ['v*']}}", push("v1"), False),  # and the other way round
    ("{push: {branches: [main], tags: ['v*']}}", tag("v1"), True),
    ("{push: {branches-ignore: [main]}}", push("main"), False),
    ("{push: {branches-ignore: [main]}}", push("other"), True),
    ("{push: {branches-ignore: [main]}}", tag("v1"), False),
    ("{push: {branches: ['releases/*']}}", push("releases/1"), True),
    ("{push: {branches: ['releases/*']}}", push("releases/1/2"), False),
    ("{push: {branches: ['releases/**']}}", push("releases/1/2"), True),
    ("{push: {branches: ['releases/**', '!releases/**-alpha']}}", push("releases/1-alpha"), False),
    ("{push: {branches: ['v[12].[0-9]+']}}", push("v2.10"), True),
    ("{push: {branches: ['v[12].[0-9]+']}}", push("v3.1"), False),
    ("{push: {paths: ['**.py']}}", push("main", "a/b.py", "c.md"), True),
    ("{push: {paths: ['**.py']}}", push("main", "c.md"), False),
    ("{push: {paths-ignore: ['**.md']}}", push("main", "c.md"), False),
    ("{push: {paths-ignore: ['**.md']}}", push("main", "c.md", "d.py"), True),
    ("{push: {paths: ['**.py'], tags: ['v*']}}", tag("v1"), True),  # paths are not asked of tags
    ("{pull_request: {branches: [main]}}", pull_request("main"), True),
    ("{pull_request: {branches: [main]}}", pull_request("develop"), False),  # the base, not the head
    ("{pull_request: {branches: [main]}}", pull_request("develop", head="main"), False),
    ("{pull_request: {branches: [main]}}", push("main"), False),
    ("pull_request", pull_request("main", action="labeled"), False),  # only opened, synchronize, reopened
    ("{pull_request: {types: [labeled]}}", pull_request("main", action="labeled"), True),
    ("pull_request", pull_request("main", fork="mallory/fork"), True),
    ("workflow_dispatch", dispatch("feature"), True),
    ("workflow_dispatch", push("main"), False),
    (f"{{schedule: [{{cron: '{CRON}'}}]}}", schedule(CRON), True),
    (f"{{schedule: [{{cron: '{CRON}'}}]}}", schedule("0 7 * * 1"), False),
]


@pytest.fixture(scope="module")
def starts() -> Sequence[bool]:
    """The answers to all of these, asked at once."""
    asked = (Question(workflow(on, only="timeout-minutes: 1"), event) for on, event, _ in STARTS)
    return [found.triggered for found in run_all(asked)]


@pytest.mark.parametrize(
    "number", range(len(STARTS)), ids=lambda number: f"{STARTS[number][0]} {STARTS[number][1].ref}"
)
def test_an_event_starts_the_workflow_if_the_filters_let_it(number: int, starts: Sequence[bool]) -> None:
    assert starts[number] is STARTS[number][2]


def test_a_workflow_that_is_not_started_has_no_jobs() -> None:
    found = run(workflow("{push: {branches: [main]}}", only="timeout-minutes: 1"), push("other"))
    assert (found.triggered, dict(found.jobs)) == (False, {})


def test_a_job_waits_for_those_that_it_needs_and_is_skipped_when_one_fails() -> None:
    jobs = {"c": needing("b"), "b": needing("a"), "a": "timeout-minutes: 1"}
    assert results(jobs) == {"a": "success", "b": "success", "c": "success"}
    assert results(jobs, {"a": "failure"}) == {"a": "failure", "b": "skipped", "c": "skipped"}
    assert results(jobs, {"b": "cancelled"})["c"] == "skipped"


def test_a_condition_without_a_status_function_also_asks_for_success() -> None:
    jobs = {"a": "timeout-minutes: 1", "b": needing("a", when="github.ref == 'refs/heads/main'")}
    assert results(jobs)["b"] == "success"
    assert results(jobs, {"a": "failure"})["b"] == "skipped"


def test_what_is_skipped_is_seen_only_by_a_job_with_a_status_function() -> None:
    skipped = {"a": "if: false", "b": needing("a", when="needs.a.result == 'skipped'")}
    assert results(skipped)["b"] == "skipped"
    for function in ("always()", "!cancelled()"):
        seen = {"a": "if: false", "b": needing("a", when=f"${{{{ {function} && needs.a.result == 'skipped' }}}}")}
        assert results(seen)["b"] == "success"


def test_a_skipped_ancestor_skips_everything_below_even_past_a_job_that_always_runs() -> None:
    jobs = {"a": "if: false", "b": needing("a", when="always()"), "c": needing("b")}
    assert results(jobs) == {"a": "skipped", "b": "success", "c": "skipped"}


def test_a_failure_is_seen_by_all_jobs_below_it() -> None:
    jobs = {
        "a": "timeout-minutes: 1",
        "b": needing("a"),
        "c": needing("b", when="failure()"),
        "d": needing("b", when="needs.b.result == 'failure' && failure()"),
    }
    assert results(jobs, {"a": "failure"}) == {"a": "failure", "b": "skipped", "c": "success", "d": "skipped"}


def test_a_cancelled_run_leaves_only_what_asks_for_it() -> None:
    jobs = {
        "a": "timeout-minutes: 1",
        "b": needing("a"),
        "c": needing("a", when="always()"),
        "d": needing("a", when="cancelled()"),
        "e": needing("a", when="failure()"),
        "f": needing("a", when="'${{ !cancelled() }}'"),
    }
    found = results(jobs, {"a": "cancelled"}, cancelled=True)
    assert [job for job, result in found.items() if result == "success"] == ["c", "d"]
    alone = results(jobs, {"a": "cancelled"})  # as by its own timeout
    assert [job for job, result in alone.items() if result == "success"] == ["c", "f"]


def test_the_failure_of_a_job_that_may_fail_is_a_success_to_the_others() -> None:
    found = run(workflow("push", a="continue-on-error: true", b=needing("a")), push("main"), results={"a": "failure"})
    assert (found.jobs["b"], found.needs["b"]["a"]["result"]) == ("success", "success")


def test_outputs_variables_and_the_payload_can_be_asked_for() -> None:
    jobs = {
        "a": "timeout-minutes: 1",
        "b": needing("a", when="needs.a.outputs.plan == 'deploy' && vars.PLACE == 'here'"),
        "c": "if: github.event.pull_request.head.repo.full_name == github.repository",
    }

    def ran(event: Event, plan: str) -> list[str]:
        more = {"outputs": {"a": {"plan": plan}}, "variables": {"PLACE": "here"}}
        return run(workflow("[push, pull_request]", **jobs), event, **more).ran

    assert ran(push("main"), "deploy") == ["a", "b"]
    assert ran(push("main"), "wait") == ["a"]
    assert ran(pull_request("main"), "wait") == ["a", "c"]
    assert ran(pull_request("main", fork="mallory/fork"), "wait") == ["a"]


def contexts(event: Event) -> Run:
    keys = (
        "environment: ${{ github.ref_name }}\n    concurrency: "
        "{group: 'deploy-${{ github.ref_name }}', cancel-in-progress: false, queue: max}"
    )
    return run(workflow("[push, pull_request, schedule, workflow_dispatch]", only=keys), event)


def test_environment_and_concurrency_are_those_of_the_event() -> None:
    found = contexts(push("main"))
    assert found.environments == {"only": "main"}
    assert found.concurrency == {"only": {"group": "deploy-main", "cancel-in-progress": False, "queue": "max"}}


@pytest.mark.parametrize(
    ("event", "ref", "ref_name", "ref_type", "head_ref", "base_ref"),
    [
        (push("a/b"), "refs/heads/a/b", "a/b", "branch", "", ""),
        (tag("v1"), "refs/tags/v1", "v1", "tag", "", ""),
        (pull_request("main"), "refs/pull/7/merge", "7/merge", "branch", "feature", "main"),
        (dispatch("other"), "refs/heads/other", "other", "branch", "", ""),
    ],
)
def test_the_context_is_that_of_the_event(
    event: Event, ref: str, ref_name: str, ref_type: str, head_ref: str, base_ref: str
) -> None:
    github = contexts(event).github
    assert [github[key] for key in ("ref", "ref_name", "ref_type", "head_ref", "base_ref")] == [
        ref,
        ref_name,
        ref_type,
        head_ref,
        base_ref,
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (workflow("push", a="needs: [b]"), "at least one job with no dependencies"),
        (workflow("push", a="timeout-minutes: 1", b="needs: [lost]"), "unknown job 'lost'"),
        (workflow("push", a="if: githb.ref == 'x'"), "Unrecognized named-value: 'githb'"),
        (workflow("push", a="if: github.reff == 'x'"), r"github.reff is not part"),
        (workflow("push", a="if: secrets.TOKEN != ''"), "Unrecognized named-value: 'secrets'"),
        (workflow("push", a="timeout-minuts: 1"), "timeout-minuts"),
        (workflow("push", a="if: github.ref =="), "Unexpected end of expression"),
    ],
)
def test_what_github_would_not_take_is_an_error(text: str, message: str) -> None:
    with pytest.raises(WorkflowError, match=message):
        run(text, push("main"))


def test_a_made_up_result_of_a_job_that_there_is_not_is_an_error() -> None:
    with pytest.raises(WorkflowError, match="there is no job lost"):
        results({"a": "timeout-minutes: 1"}, {"lost": "failure"})
