"""What is said of a run of the pipeline: which stage failed, and what serves."""

from dataclasses import replace
from typing import Any

import pytest

from operations.notification.finding import Kind, Severity
from operations.notification.pagerduty import events
from operations.notification.record import Result, Serving
from operations.notification.report import Report
from operations.notification.report import report as make_report
from tests.operations.notification.pipeline_runs import (
    NEW,
    NEXT,
    OLD,
    ROLLED_BACK,
    RUN,
    SERVES_NEW,
    SUCCEEDED,
    URL,
    needs,
    record,
    reported,
    steps,
    trouble,
)

LEFT = SUCCEEDED | {"verdict": "IN_PROGRESS", "runs": ""}
BACK = SUCCEEDED | {"tag": OLD, "runs": OLD}
UNTOUCHED = "Nothing was deployed: what served before goes on serving."


def only(report: Report) -> Any:
    (finding,) = report.findings
    return finding


@pytest.mark.parametrize(
    ("job", "headline", "says"),
    [
        ("plan", "FAILED: plan on main", "slipway.toml does not say"),
        ("test", "FAILED: tests on main", "The tests of the service or of the infrastructure failed."),
        ("build", "FAILED: image build on main", "has a critical vulnerability that has a fix"),
        ("publish", "FAILED: publishing on main", "was not tagged, attested, or copied to ECR"),
    ],
)
def test_a_stage_before_the_deployment_that_failed_is_named_and_nothing_was_deployed(
    job: str, headline: str, says: str
) -> None:
    report = reported(context=needs(**{job: "failure"}))
    assert report.headline == headline
    assert says in only(report).text
    assert (only(report).serving, report.severity) == (UNTOUCHED, Severity.WARNING)


@pytest.mark.parametrize("job", ["plan", "test", "build", "publish"])
def test_a_stage_that_somebody_ended_is_cancelled_not_failed(job: str) -> None:
    report = reported(context=needs(**{job: "cancelled", "stopped": "success"}))
    assert only(report).kind is Kind.CANCELLED
    assert (only(report).serving, report.severity) == (UNTOUCHED, Severity.OK)


@pytest.mark.parametrize("job", ["plan", "test", "build", "publish", "deploy"])
def test_a_job_that_its_time_limit_ended_has_to_be_looked_at(job: str) -> None:
    report = reported(context=needs(**{job: "cancelled"}))
    assert (only(report).kind, report.severity) == (Kind.CANCELLED, Severity.WARNING)
    assert "he time limit ended it." in only(report).text
    assert only(report).fix
    (sent,) = [each for each in events(report, "key") if each["event_action"] == "trigger"]
    assert sent["payload"]["severity"] == "warning"


def test_two_stages_that_failed_are_both_told() -> None:
    report = reported(context=needs(plan="failure", test="failure"))
    assert [each.title for each in report.findings] == ["plan", "tests"]
    assert report.headline == "FAILED: plan on main (and 1 more)"


def test_a_deployment_that_went_well_says_what_serves_and_where() -> None:
    report = reported(record())
    assert report.headline == "DEPLOYED: prod on main"
    assert (only(report).text, only(report).url) == (f"{NEW} serves, and answers at its URL.", URL)


def test_a_branch_without_an_environment_is_built_and_that_is_all() -> None:
    report = reported(context=needs("[]", deploy="skipped"))
    assert report.headline == "BUILT: the image on main"
    assert report.severity is Severity.OK


def test_a_commit_that_a_later_one_has_overtaken_is_not_deployed_and_nothing_is_wrong() -> None:
    report = reported(record(due=False, release=None, serving=Serving(NEXT, "COMPLETED", URL)))
    assert report.headline == "NOT DEPLOYED: prod on main"
    assert only(report).serving == f"{NEXT} serves."
    assert report.severity is Severity.OK


@pytest.mark.parametrize(
    ("step", "verb", "says"),
    [
        ("credentials", "", "AWS did not let the job take on the deploy role"),
        ("due", "pipeline", "it could not be seen what runs: it is broken"),
        ("verify", "pipeline", "the image is not known to come from this pipeline: it is broken"),
        ("infrastructure", "deploy", "the stacks were not deployed: it is broken"),
        ("doctor", "", "the examination found what a release would fail on"),
        ("release", "release", "the release failed: it is broken"),
    ],
)
def test_a_step_before_the_rollout_that_failed_is_named_with_what_its_verb_said(
    step: str, verb: str, says: str
) -> None:
    report = reported(record(step, troubles=(trouble(verb),) if verb else ()))
    assert report.headline == "FAILED: prod on main"
    assert only(report).text == f"{NEW} was not released: {says}."
    assert only(report).serving == f"{OLD} serves."
    assert only(report).fix == ("Mend it." if verb else only(report).fix)
    assert only(report).fix
    assert report.severity is Severity.ERROR


def test_a_release_that_was_rolled_back_is_never_called_a_success() -> None:
    report = reported(record("release", release=ROLLED_BACK))
    assert report.headline == "ROLLED BACK: prod on main"
    assert only(report).text == (
        f"{NEW} did not work, and was rolled back: the container service exits with code 3 at its start."
    )
    assert only(report).serving == f"{OLD} serves."
    assert only(report).fix == "Mend what it says, and release that."
    assert not only(report).well


def test_without_a_diagnosis_the_reason_is_that_of_ecs() -> None:
    report = reported(record("release", release=ROLLED_BACK | {"diagnosis": None, "advice": "Run slipway diagnose."}))
    assert only(report).text.endswith(": ECS deployment circuit breaker: tasks failed to start.")
    assert only(report).fix == "Run slipway diagnose."


@pytest.mark.parametrize(
    ("verdict", "kind", "severity", "says"),
    [
        ("FAILED", Kind.FAILED, Severity.CRITICAL, "failed, and nothing was put back"),
        ("SUPERSEDED", Kind.FAILED, Severity.ERROR, "was replaced by another release"),
        ("TIMED_OUT", Kind.UNKNOWN, Severity.CRITICAL, "goes on without being watched"),
        ("IN_PROGRESS", Kind.UNKNOWN, Severity.CRITICAL, "goes on without being watched"),
    ],
)
def test_every_other_end_of_a_release_is_told_for_what_it_is(
    verdict: str, kind: Kind, severity: Severity, says: str
) -> None:
    outcome = SUCCEEDED | {"verdict": verdict, "runs": "", "reason": "why"}
    report = reported(record("release", release=outcome, serving=Serving(NEW, "IN_PROGRESS", URL)))
    assert (only(report).kind, only(report).severity) == (kind, severity)
    assert only(report).text == f"{NEW} {says}: why."
    assert only(report).serving == f"ECS rolls out {NEW}: its state is IN_PROGRESS."


def test_what_the_public_url_does_not_serve_was_rolled_back_and_the_rollback_is_no_success() -> None:
    told = trouble("smoke", f"{URL} does not serve {NEW}", "See DNS.")
    ended = steps("smoke") | {"rollback": Result.SUCCESS, "again": Result.SUCCESS}
    report = reported(record("smoke", steps=ended, release=SUCCEEDED, rollback=BACK, troubles=(told,)))
    assert report.headline == "ROLLED BACK: prod on main"
    assert only(report).text == (
        f"{NEW} was released, but the public URL does not serve it: {URL} does not serve {NEW}."
    )
    assert (only(report).serving, only(report).fix) == (f"{OLD} serves.", "See DNS.")


@pytest.mark.parametrize(
    ("again", "says"),
    [
        (Result.FAILURE, f"the public URL serves nothing still: {URL} does not serve {OLD}."),
        (Result.SKIPPED, "nobody has asked the public URL again."),
    ],
)
def test_a_rollback_after_which_the_public_url_serves_nothing_is_not_called_good(again: Result, says: str) -> None:
    troubles = (trouble("smoke", "new"), trouble("smoke", f"{URL} does not serve {OLD}", "See DNS."))
    ended = steps("smoke") | {"rollback": Result.SUCCESS, "again": again}
    report = reported(record("smoke", steps=ended, release=SUCCEEDED, rollback=BACK, troubles=troubles))
    assert (only(report).kind, only(report).severity) == (Kind.FAILED, Severity.CRITICAL)
    assert f"does not serve it: new. It was rolled back, and {says}" in only(report).text
    assert only(report).text.endswith("The stacks of its commit remain.")


@pytest.mark.parametrize(
    ("back", "serves", "says"),
    [
        (None, NEW, "it is not known to be rolled back"),
        (SUCCEEDED | {"verdict": "IN_PROGRESS", "tag": OLD, "runs": ""}, NEW, "it is not known to be rolled back"),
        (SUCCEEDED | {"tag": OLD, "runs": OLD}, OLD, "it was rolled back, and nobody has asked the URL again"),
    ],
)
def test_a_deployment_that_is_cancelled_while_it_goes_back_is_critical(
    back: dict[str, Any] | None, serves: str, says: str
) -> None:
    ended = steps("smoke") | {"rollback": Result.CANCELLED}
    told = record("smoke", status=Result.CANCELLED, steps=ended, release=SUCCEEDED, rollback=back, serving=SERVES_NEW)
    report = reported(told)
    assert (only(report).kind, only(report).severity) == (Kind.CANCELLED, Severity.CRITICAL)
    assert says in only(report).text
    assert only(report).serving == f"{serves} serves."


def test_a_rollback_that_was_refused_leaves_what_nobody_can_reach() -> None:
    troubles = (trouble("smoke"), trouble("rollback", "there is no release before it", "Release another tag."))
    report = reported(record("smoke", release=SUCCEEDED, troubles=troubles, serving=SERVES_NEW))
    assert (only(report).kind, only(report).severity) == (Kind.FAILED, Severity.CRITICAL)
    assert "It was not rolled back: there is no release before it." in only(report).text
    assert (only(report).serving, only(report).fix) == (f"{NEW} serves.", "Release another tag.")


@pytest.mark.parametrize(
    ("step", "more", "says", "severity"),
    [
        ("verify", {}, "was ended before anything was released", Severity.OK),
        ("release", {"release": ROLLED_BACK}, "was ended, and its rollout was taken back", Severity.OK),
        ("release", {"abort": ROLLED_BACK}, "was ended, and its rollout was taken back", Severity.OK),
        ("infrastructure", {"abort": ROLLED_BACK | {"tag": NEXT}}, "while its stacks were deployed", Severity.CRITICAL),
        ("release", {"release": LEFT, "abort": ROLLED_BACK}, "was ended, and its rollout was", Severity.OK),
        ("smoke", {"release": SUCCEEDED}, "was ended after it had been released", Severity.WARNING),
        ("infrastructure", {}, "CloudFormation goes on with the one that it was at", Severity.CRITICAL),
        ("doctor", {}, "was ended in the middle", Severity.CRITICAL),
        ("release", {"release": LEFT}, "was ended in the middle", Severity.CRITICAL),
    ],
)
def test_a_cancelled_deployment_says_how_far_it_was(
    step: str, more: dict[str, Any], says: str, severity: Severity
) -> None:
    report = reported(record(step, status=Result.CANCELLED, **more))
    assert (only(report).kind, report.severity) == (Kind.CANCELLED, severity)
    assert says in only(report).text
    assert not only(report).well


def test_what_aws_did_not_say_is_not_known() -> None:
    report = reported(record("infrastructure", serving=Serving(problem="the credentials have expired")))
    assert only(report).serving == "What serves is not known: the credentials have expired."


@pytest.mark.parametrize(
    ("result", "kind", "severity"),
    [
        ("failure", Kind.FAILED, Severity.ERROR),
        ("cancelled", Kind.CANCELLED, Severity.OK),
        ("success", Kind.UNKNOWN, Severity.WARNING),
    ],
)
def test_an_environment_that_left_no_record_is_not_taken_for_deployed(
    result: str, kind: Kind, severity: Severity
) -> None:
    report = reported(context=needs(deploy=result, stopped="success" if result == "cancelled" else "skipped"))
    assert (only(report).kind, only(report).title, only(report).severity) == (kind, "prod", severity)
    assert only(report).serving == "What serves is not known; slipway status prod tells."


def test_the_worst_of_several_environments_comes_first() -> None:
    report = reported(record(environment="qa"), record("release", environment="prod", release=ROLLED_BACK))
    assert [each.title for each in report.findings] == ["prod", "qa"]
    assert report.headline == "ROLLED BACK: prod on main"


def test_what_an_earlier_attempt_recorded_says_nothing_of_a_job_that_failed_since() -> None:
    context = needs(deploy="failure")
    report = reported(record(), context=context)
    assert (only(report).kind, only(report).severity) == (Kind.UNKNOWN, Severity.CRITICAL)
    again = replace(RUN, attempt=2)
    stale = record("release", release=ROLLED_BACK)
    (finding,) = make_report(again, context, [stale]).findings
    assert finding.text == "Its deployment ended before it could say how."


def test_an_environment_that_an_earlier_attempt_deployed_is_deployed_while_another_ones_job_is_tried_again() -> None:
    again = replace(RUN, attempt=2)
    context = needs('[{"name": "qa"}, {"name": "prod"}]', deploy="failure")
    failed = record("release", release=ROLLED_BACK, attempt=2)
    found = make_report(again, context, [record(environment="qa"), failed]).findings
    assert {each.title: each.kind for each in found} == {"qa": Kind.DEPLOYED, "prod": Kind.ROLLED_BACK}
    well = make_report(again, needs(deploy="success"), [record(attempt=2)])
    assert only(well).kind is Kind.DEPLOYED


def test_where_one_environment_was_refused_the_other_is_told_for_what_it_is() -> None:
    context = needs('[{"name": "qa"}, {"name": "prod", "github_environment": "live"}]', deploy="failure")
    found = make_report(RUN, context, [record(environment="qa")], {"live"}).findings
    assert {each.title: each.kind for each in found} == {"qa": Kind.DEPLOYED, "prod": Kind.NOT_DEPLOYED}
    lost = make_report(RUN, context, [], {"live"}).findings
    assert {each.title: each.kind for each in lost} == {"qa": Kind.FAILED, "prod": Kind.NOT_DEPLOYED}
