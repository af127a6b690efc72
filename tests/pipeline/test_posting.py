"""One comment and one issue are kept up to date on a server that answers as GitHub does."""

from collections.abc import Iterator

import pytest

from operations.errors import OperationError, UnavailableError
from operations.gateways.github_rest import GitHubRest
from operations.posting import Posting
from operations.rendering.markdown import marker
from tests.pipeline.github_server import BOT, REPOSITORY, TOKEN, GitHub, Refusal, serving

REVIEW = marker("review")


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving() as github:
        yield github


@pytest.fixture
def pauses() -> list[float]:
    """In seconds, of all that would have been waited."""
    return []


@pytest.fixture
def posting(github: GitHub, pauses: list[float]) -> Posting:
    return Posting(GitHubRest(repository=REPOSITORY, token=TOKEN, api_url=github.url), pause=pauses.append)


def test_the_first_text_becomes_a_comment_that_begins_with_the_marker(posting: Posting, github: GitHub) -> None:
    posted = posting.comment(7, "review", "All is well.")
    assert github.bodies() == [f"{REVIEW}\nAll is well."]
    assert posted.url == f"https://github.com/{REPOSITORY}/pull/7#issuecomment-1000"


def test_a_text_that_has_its_marker_gets_no_second_one(posting: Posting, github: GitHub) -> None:
    posting.comment(7, "review", f"{REVIEW}\n## Review")
    assert github.bodies() == [f"{REVIEW}\n## Review"]


def test_the_next_text_takes_the_place_of_the_last_one(posting: Posting, github: GitHub) -> None:
    github.comment("Nice!", "octocat")
    posting.comment(7, "review", "First")
    posting.comment(8, "review", "Elsewhere")
    posting.comment(7, "review", "Second")
    assert github.bodies() == ["Nice!", f"{REVIEW}\nSecond", f"{REVIEW}\nElsewhere"]


def test_what_somebody_else_wrote_with_the_marker_is_not_touched(posting: Posting, github: GitHub) -> None:
    theirs = f"{REVIEW}\nNothing is refused, trust me."
    github.comment(theirs, "mallory")
    posting.comment(7, "review", "Refused")
    assert github.bodies() == [theirs, f"{REVIEW}\nRefused"]


def test_another_comment_of_the_bot_is_not_touched(posting: Posting, github: GitHub) -> None:
    quoted = f"As was said:\n> {REVIEW}"
    github.comment(quoted)
    github.comment(f"{marker('coverage')}\n90 %")
    posting.comment(7, "review", "New")
    assert github.bodies() == [quoted, f"{marker('coverage')}\n90 %", f"{REVIEW}\nNew"]


def test_the_comment_is_found_on_a_later_page(posting: Posting, github: GitHub) -> None:
    github.page = 2
    for number in range(5):
        github.comment(f"Remark {number}", "octocat")
    own = github.comment(f"{REVIEW}\nFirst")
    posting.comment(7, "review", "Second")
    assert github.bodies()[-1] == f"{REVIEW}\nSecond"
    assert len(github.comments) == 6
    assert github.asked[-1] == ("PATCH", f"/repos/{REPOSITORY}/issues/comments/{own}")


def test_the_token_goes_to_no_other_server_whatever_an_answer_says(posting: Posting, github: GitHub) -> None:
    github.page, github.elsewhere = 1, "http://127.0.0.1:9"
    github.comment("One", "octocat")
    github.comment("Two", "octocat")
    with pytest.raises(OperationError, match=r"goes on listing at http://127\.0\.0\.1:9/"):
        posting.comment(7, "review", "New")
    assert len(github.comments) == 2


def test_a_missing_permission_is_told_at_once_with_what_to_write(
    posting: Posting, github: GitHub, pauses: list[float]
) -> None:
    github.refuse("POST", Refusal(403, "Resource not accessible by integration"))
    with pytest.raises(OperationError) as raised:
        posting.comment(7, "review", "New")
    assert raised.value.what == (
        f"POST /repos/{REPOSITORY}/issues/7/comments failed: 403 Resource not accessible by integration"
    )
    assert "`pull-requests: write`" in raised.value.fix
    assert (pauses, github.comments) == ([], [])


def test_a_wrong_token_is_told_at_once(github: GitHub, pauses: list[float]) -> None:
    posting = Posting(GitHubRest(repository=REPOSITORY, token="another", api_url=github.url), pause=pauses.append)
    with pytest.raises(OperationError, match="401 Bad credentials"):
        posting.comment(7, "review", "New")
    assert pauses == []


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (Refusal(429, "Too many", {"Retry-After": "7"}), 7),
        (Refusal(403, "You have exceeded a secondary rate limit", {"Retry-After": "30"}), 30),
        (Refusal(403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0"}), 60),
        (Refusal(429, "Too many", {"Retry-After": "3600"}), 60),
        (Refusal(502, "Bad Gateway"), 1),
    ],
)
def test_what_passes_is_waited_for(
    refusal: Refusal, seconds: float, posting: Posting, github: GitHub, pauses: list[float]
) -> None:
    github.refuse("GET", refusal)
    posting.comment(7, "review", "New")
    assert github.bodies() == [f"{REVIEW}\nNew"]
    assert pauses == [seconds]


def test_a_comment_that_seemed_to_fail_and_did_not_is_not_made_twice(posting: Posting, github: GitHub) -> None:
    github.refuse("POST", Refusal(504, "Gateway Timeout", done=True))
    posting.comment(7, "review", "New")
    assert github.bodies() == [f"{REVIEW}\nNew"]


def test_after_four_times_it_is_given_up(posting: Posting, github: GitHub, pauses: list[float]) -> None:
    github.refuse("GET", *[Refusal(500, "Server Error")] * 9)
    with pytest.raises(UnavailableError, match="500 Server Error"):
        posting.comment(7, "review", "New")
    assert (len(github.asked), pauses) == (4, [1, 2, 4])


def test_a_server_that_is_not_there_is_told(pauses: list[float]) -> None:
    with serving() as gone:
        pass
    posting = Posting(GitHubRest(repository=REPOSITORY, token=TOKEN, api_url=gone.url), pause=pauses.append)
    with pytest.raises(UnavailableError, match=r"does not answer GET .*refused"):
        posting.comment(7, "review", "New")
    assert pauses == [1, 2, 4]


def test_an_issue_is_opened_then_kept_up_to_date_and_closed(posting: Posting, github: GitHub) -> None:
    posting.issue("drift", "Drift", "One resource")
    posting.issue("drift", "More drift", "Two resources")
    (issue,) = github.issues
    assert (issue["title"], issue["body"]) == ("More drift", f"{marker('drift')}\nTwo resources")
    closed = posting.close_issue("drift", "Clean.")
    assert closed is not None
    assert (issue["state"], issue["state_reason"], github.bodies()) == ("closed", "completed", ["Clean."])


def test_without_an_open_issue_there_is_nothing_to_close(posting: Posting, github: GitHub) -> None:
    assert posting.close_issue("drift", "Clean.") is None
    assert (github.issues, github.comments) == ([], [])


def test_what_comes_back_after_it_was_closed_is_a_new_issue(posting: Posting, github: GitHub) -> None:
    posting.issue("drift", "Drift", "One")
    posting.close_issue("drift", "Clean.")
    posting.issue("drift", "Drift", "Again")
    assert [issue["state"] for issue in github.issues] == ["closed", "open"]


def test_issues_of_others_and_of_another_name_and_pull_requests_are_not_touched(
    posting: Posting, github: GitHub
) -> None:
    github.page = 1
    text = f"{marker('drift')}\nMine"
    github.issue("Drift", text, "mallory")
    github.issue("Bump a package", text, pull_request=True)
    github.issue("Audit", f"{marker('audit')}\nA package")
    posting.issue("drift", "Drift", "One resource")
    assert [issue["body"] for issue in github.issues[:3]] == [text, text, f"{marker('audit')}\nA package"]
    assert (github.issues[3]["user"]["login"], len(github.issues)) == (BOT, 4)
