"""`slipway notify`: whom it tells, and what becomes of it when they are away."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from operations.notification import sending
from operations.notification.record import FILE, Record
from tests.operations.conftest import Ended, Slipway
from tests.operations.notification.pipeline_runs import NEW, OLD, ROLLED_BACK, needs, record
from tests.operations.receiver import Answer, Receiver

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ACCEPTED = Answer(202, '{"status": "success"}')


@pytest.fixture
def waits(shell: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which nobody waits for."""
    waits: list[float] = []
    shell.setattr(sending, "sleep", waits.append)
    return waits


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def pagerduty() -> Iterator[Receiver]:
    with Receiver(ACCEPTED) as receiver:
        yield receiver


@pytest.fixture
def run(shell: pytest.MonkeyPatch, tmp_path: Path, slipway: Slipway) -> Any:
    """Runs `slipway notify` in a job of GitHub Actions."""

    def run(*words: str, context: Mapping[str, Any] | None = None, records: tuple[Record, ...] = ()) -> Ended:
        for name, value in {
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": "7",
            "GITHUB_SHA": COMMIT,
            "GITHUB_ACTOR": "octocat",
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "NEEDS": json.dumps(context or needs()),
        }.items():
            shell.setenv(name, value)
        for each in records:
            folder = tmp_path / "records" / f"deployment-{each.environment}"
            folder.mkdir(parents=True)
            (folder / FILE).write_text(json.dumps(each.as_json()))
        return slipway("notify", "--records", str(tmp_path / "records"), *words)

    return run


@pytest.fixture
def failed() -> dict[str, Any]:
    """A run whose release was rolled back."""
    return {"context": needs(deploy="failure"), "records": (record("release", release=ROLLED_BACK),)}


def summary(tmp_path: Path) -> str:
    return (tmp_path / "summary.md").read_text()


def test_without_secrets_only_the_summary_is_written(run: Any, failed: dict[str, Any], tmp_path: Path) -> None:
    ended = run(**failed)
    assert summary(tmp_path).startswith("## ROLLED BACK: prod on main\n")
    assert "Commit `0123456789ab`, pushed by octocat." in summary(tmp_path)
    assert ended.stdout.splitlines()[0] == "ROLLED BACK: prod on main"
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_slack_gets_a_message_with_what_failed_and_what_serves(
    run: Any, failed: dict[str, Any], slack: Receiver, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("SLACK_WEBHOOK_URL", f"{slack.url}/services/T0/B0/secret")
    assert run(**failed).exit_code == 0
    (request,) = slack.requests
    assert (request.method, request.path, request.content_type) == (
        "POST",
        "/services/T0/B0/secret",
        "application/json",
    )
    assert request.body["text"] == f"ROLLED BACK: prod on main. {OLD} serves."
    assert [each["type"] for each in request.body["blocks"]] == ["header", "section", "context", "actions"]
    section = request.body["blocks"][1]["text"]
    assert section["type"] == "mrkdwn"
    assert section["text"].splitlines()[0] == "*ROLLED BACK: prod*"
    assert f"{NEW} did not work, and was rolled back" in section["text"]
    assert request.body["blocks"][3]["elements"][0]["url"] == "https://github.com/acme/shop/actions/runs/7/attempts/1"


def test_pagerduty_gets_an_event_that_the_next_success_closes(
    run: Any, failed: dict[str, Any], pagerduty: Receiver, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    assert run("--pagerduty-url", pagerduty.url, **failed).exit_code == 0
    (request,) = [each for each in pagerduty.requests if each.body["event_action"] == "trigger"]
    assert (request.method, request.path) == ("POST", "/v2/enqueue")
    assert (request.body["event_action"], request.body["routing_key"]) == ("trigger", "0" * 32)
    payload = request.body["payload"]
    assert (payload["severity"], payload["source"], payload["component"]) == ("error", "acme/shop", "prod")
    assert payload["summary"] == f"acme/shop: ROLLED BACK: prod on main. {OLD} serves."
    assert request.body["links"] == [
        {"href": "https://github.com/acme/shop/actions/runs/7/attempts/1", "text": "The run"}
    ]


def test_the_job_knows_where_pagerduty_is_and_that_somebody_was_told(
    run: Any, failed: dict[str, Any], pagerduty: Receiver, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    shell.setenv("PAGERDUTY_URL", pagerduty.url)
    assert run(**failed).exit_code == 0
    assert len(pagerduty.requests) == 2
    assert (tmp_path / "output").read_text() == "told=true\n"


@pytest.mark.parametrize(
    ("states", "first"),
    [
        (["rejected"], "NOT DEPLOYED: prod on main"),
        (["rejected", "approved"], "FAILED: prod on main"),  # by different attempts: which one it was is not told
        ([], "FAILED: prod on main"),
        (None, "FAILED: prod on main"),
    ],
)
def test_a_deployment_that_somebody_refused_to_approve_is_no_failure(
    states: list[str] | None, first: str, run: Any, pagerduty: Receiver, shell: pytest.MonkeyPatch
) -> None:
    environments = '[{"name": "prod", "github_environment": "live"}]'
    reviews = [{"state": state, "environments": [{"name": "live"}]} for state in states or []]
    answer = Answer(403) if states is None else Answer(200, json.dumps(reviews))
    shell.setenv("GITHUB_TOKEN", "a-token")
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    with Receiver(answer) as github:
        shell.setenv("GITHUB_API_URL", github.url)
        ended = run("--pagerduty-url", pagerduty.url, context=needs(environments, deploy="failure"))
    assert ended.stdout.splitlines()[0] == first
    assert "/repos/acme/shop/actions/runs/7/approvals" in [each.path for each in github.requests]
    actions = {each.body["dedup_key"].partition("main/")[2]: each.body["event_action"] for each in pagerduty.requests}
    assert actions.get("deploy/prod") == (None if first.startswith("NOT") else "trigger")


@pytest.mark.parametrize(("head", "resolved"), [(COMMIT, 4), ("f" * 40, 0), (None, 4)])
def test_only_the_newest_commit_of_the_branch_closes_alerts(
    head: str | None, resolved: int, run: Any, pagerduty: Receiver, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("GITHUB_TOKEN", "a-token")
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    with Receiver(Answer(200, json.dumps({"commit": {"sha": head}})) if head else Answer(404)) as github:
        shell.setenv("GITHUB_API_URL", github.url)
        assert run("--pagerduty-url", pagerduty.url, records=(record(),)).exit_code == 0
    assert [each.path for each in github.requests] == ["/repos/acme/shop/branches/main"]
    assert len(pagerduty.requests) == resolved


def test_after_a_success_the_alerts_are_resolved(run: Any, pagerduty: Receiver, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    assert run("--pagerduty-url", pagerduty.url, records=(record(),)).exit_code == 0
    assert [each.body for each in pagerduty.requests] == [
        {"routing_key": "0" * 32, "event_action": "resolve", "dedup_key": f"slipway/acme/shop/main/{group}"}
        for group in ("build", "unknown", "deploy/prod", "deploy/prod/critical")
    ]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_overloaded_is_asked_again(
    status: int, run: Any, slack: Receiver, shell: pytest.MonkeyPatch, waits: list[float]
) -> None:
    slack.answers = [Answer(status, "slow down"), Answer(status, "slow down"), Answer()]
    shell.setenv("SLACK_WEBHOOK_URL", slack.url)
    assert run(records=(record(),)).exit_code == 0
    assert (len(slack.requests), waits) == (3, [1.0, 2.0])


def test_a_service_that_says_when_is_asked_again_then_but_is_not_waited_for_long(
    run: Any, slack: Receiver, shell: pytest.MonkeyPatch, waits: list[float]
) -> None:
    slack.answers = [
        Answer(429, "rate_limited", {"Retry-After": "7"}),
        Answer(429, "rate_limited", {"Retry-After": "3600"}),
        Answer(),
    ]
    shell.setenv("SLACK_WEBHOOK_URL", slack.url)
    assert run(records=(record(),)).exit_code == 0
    assert waits == [7.0, 30.0]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("answer", "requests", "why"),
    [
        (Answer(404, "no_service"), 1, "it answered 404: no_service."),
        (Answer(400, "invalid_payload"), 1, "it answered 400: invalid_payload."),
        (Answer(302, "", {"Location": "http://127.0.0.1:1/"}), 1, "it answered 302."),
        (Answer(503, "away"), 4, "it answered 503: away, 4 times."),
    ],
)
def test_who_is_not_told_is_named_and_the_deployment_is_told_for_what_it_is(
    answer: Answer,
    requests: int,
    why: str,
    run: Any,
    slack: Receiver,
    shell: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    slack.answers = [answer]
    shell.setenv("SLACK_WEBHOOK_URL", f"{slack.url}/services/secret")
    ended = run(records=(record(),))
    assert ended.exit_code == 1
    assert ended.stdout.splitlines()[0] == "DEPLOYED: prod on main"
    assert ended.stdout.splitlines()[-1] == f"Slack was not told: {why}"
    assert f"**Slack was not told:** {why}".replace("_", "\\_") in summary(tmp_path)
    assert summary(tmp_path).startswith("## DEPLOYED: prod on main\n")
    assert len(slack.requests) == requests
    assert "services/secret" not in ended.stdout + ended.stderr + summary(tmp_path)


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/services/secret", "it cannot be reached"),
        ("services/secret", "its URL is none"),
        ("file:///services/secret", "its URL is none"),
        ("https://[::1/services/secret", "its URL is none"),
        ("https://127.0.0.1:1/services/secret\n", "it cannot be reached"),
        ("https://127.0.0.1:1/se\tcret/secret", "its URL is none"),
        ("https://exa mple.com/services/secret", "its URL is none"),
    ],
)
def test_a_secret_that_leads_nowhere_is_not_told_to_anybody(
    url: str, why: str, run: Any, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("SLACK_WEBHOOK_URL", url)
    ended = run(records=(record(),))
    assert ended.exit_code == 1
    assert why in ended.stdout
    assert "secret" not in ended.stdout + ended.stderr + summary(tmp_path)


@pytest.mark.usefixtures("waits")
def test_that_slack_is_away_keeps_nothing_from_pagerduty(
    run: Any, failed: dict[str, Any], pagerduty: Receiver, shell: pytest.MonkeyPatch
) -> None:
    shell.setenv("SLACK_WEBHOOK_URL", "http://127.0.0.1:1/")
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    ended = run("--pagerduty-url", pagerduty.url, "--json", **failed)
    told = json.loads(ended.stdout)["told"]
    assert (len(pagerduty.requests), told["PagerDuty"], bool(told["Slack"])) == (2, "", True)
    assert ended.exit_code == 1


def test_a_run_that_somebody_ended_wakes_nobody(run: Any, pagerduty: Receiver, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("PAGERDUTY_ROUTING_KEY", "0" * 32)
    ended = run("--pagerduty-url", pagerduty.url, "--json", context=needs(test="cancelled", stopped="success"))
    assert (ended.exit_code, pagerduty.requests, json.loads(ended.stdout)["told"]) == (0, [], {})


@pytest.mark.parametrize("text", ["", "[]", "{", '{"test": {}}', '{"test": {"result": "great"}}'])
def test_without_githubs_context_it_says_so(text: str, slipway: Slipway, shell: pytest.MonkeyPatch) -> None:
    shell.setenv("NEEDS", text)
    ended = slipway("notify")
    assert ended.exit_code == 2
    assert ended.stderr.startswith("slipway: NEEDS is not GitHub's context of the jobs as JSON.\n")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"environment": "prod"}', '{"steps": []}'])
def test_a_record_that_is_none_is_left_out_and_the_environment_counts_as_unknown(
    text: str, run: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "records" / "deployment-prod"
    folder.mkdir(parents=True)
    (folder / FILE).write_text(text)
    ended = run(context=needs(deploy="failure"))
    assert "Its deployment ended before it could say how." in ended.stdout.replace("\n", " ")
    assert ended.exit_code == 0
