"""GitHub's REST API, as far as comments, issues and approvals go."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from operations.errors import ExitCode, OperationError, UnavailableError

TIMEOUT = 30
"""Seconds for one answer."""

VERSION = "2022-11-28"
"""Of the REST API; GitHub keeps one for at least two years after the next ("API Versions")."""

PAGE = 100
"""Items, the most that GitHub lists at once ("Using pagination in the REST API")."""

BODY = 400
"""Characters of an answer that is not the one that was hoped for."""


class ThrottledError(UnavailableError):
    """GitHub was asked too often.

    Attributes:
        seconds: after which it may be asked again; None, it does not say.
    """

    def __init__(self, what: str, *, fix: str, seconds: float | None) -> None:
        super().__init__(what, fix=fix)
        self.seconds = seconds


@dataclass(frozen=True)
class Text:
    """A comment or an issue.

    Attributes:
        id: what its address is made of: of a comment its id, of an issue its number.
        author: login.
        url: where a browser shows it.
    """

    id: int
    author: str
    body: str
    url: str
    title: str = ""


class GitHubRest:
    """A repository of GitHub, asked with the token of a workflow."""

    def __init__(self, *, repository: str, token: str, api_url: str = "https://api.github.com") -> None:
        """Ask nothing yet.

        Args:
            repository: `OWNER/NAME`.
            api_url: of another GitHub; omitted, of github.com.
        """
        self._url, self._token = f"{api_url.rstrip('/')}/repos/{repository}", token

    def comments(self, number: int) -> Iterator[Text]:
        """All comments on that issue or pull request, the oldest first."""
        return (_text(each, each["id"]) for each in self._listed(f"/issues/{number}/comments?per_page={PAGE}"))

    def add_comment(self, number: int, body: str) -> Text:
        """Comment on it."""
        answer = self._asked("POST", f"/issues/{number}/comments", {"body": body})
        return _text(answer, answer["id"])

    def change_comment(self, id: int, body: str) -> Text:
        """Give a comment another text."""
        answer = self._asked("PATCH", f"/issues/comments/{id}", {"body": body})
        return _text(answer, answer["id"])

    def open_issues(self, author: str) -> Iterator[Text]:
        """The open issues of that author, the oldest first, without the pull requests that GitHub lists with them."""
        query = f"creator={urllib.parse.quote(author)}&state=open&sort=created&direction=asc&per_page={PAGE}"
        return (_text(each, each["number"]) for each in self._listed(f"/issues?{query}") if "pull_request" not in each)

    def add_issue(self, title: str, body: str) -> Text:
        """Open an issue."""
        answer = self._asked("POST", "/issues", {"title": title, "body": body})
        return _text(answer, answer["number"])

    def change_issue(self, number: int, **fields: str) -> Text:
        """Give an issue another title, body or state."""
        answer = self._asked("PATCH", f"/issues/{number}", fields)
        return _text(answer, answer["number"])

    def head(self, branch: str) -> str:
        """The newest commit of that branch."""
        return str(
            self._answer("GET", f"{self._url}/branches/{urllib.parse.quote(branch, safe='')}")[0]["commit"]["sha"]
        )

    def refused_environments(self, run: str) -> frozenset[str]:
        """The environments that somebody has refused to let that run deploy to, and nobody has let it.

        Args:
            run: its id; all of its attempts count.
        """
        reviews = list(self._listed(f"/actions/runs/{run}/approvals"))
        by_state = {
            state: {place["name"] for each in reviews if each["state"] == state for place in each["environments"]}
            for state in ("approved", "rejected")
        }
        return frozenset(by_state["rejected"] - by_state["approved"])

    def _listed(self, path: str) -> Iterator[Any]:
        url: str | None = self._url + path
        while url:
            page, links = self._answer("GET", url)
            yield from page
            url = _next(links)
            # The token goes nowhere else, whatever an answer says.
            if url and not url.startswith(self._url.partition("/repos/")[0] + "/"):
                raise OperationError(f"GitHub goes on listing at {url}", fix="Check GITHUB_API_URL and the proxy.")

    def _asked(self, method: str, path: str, body: Mapping[str, str]) -> Any:
        return self._answer(method, self._url + path, body)[0]

    def _answer(self, method: str, url: str, body: Mapping[str, str] | None = None) -> tuple[Any, str]:
        request = urllib.request.Request(  # noqa: S310 - the scheme is that of the API's address
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": "slipway",
                "X-GitHub-Api-Version": VERSION,
            },
        )
        what = f"{method} {request.selector.partition('?')[0]}"
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
                return json.load(answer), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            raise _refusal(what, error) from error
        except (OSError, ValueError) as error:  # no answer, or none of GitHub's
            reason = getattr(error, "reason", None) or error
            raise UnavailableError(
                f"GitHub does not answer {what}: {reason}", fix="Try again; githubstatus.com tells of outages."
            ) from error


def connect() -> GitHubRest:
    """The repository whose workflow runs this.

    Raises:
        OperationError: GITHUB_TOKEN or GITHUB_REPOSITORY is not set.
    """
    missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY") if not os.environ.get(name)]
    if missing:
        raise OperationError(
            f"GitHub cannot be asked: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            fix="A workflow has GITHUB_REPOSITORY; say GITHUB_TOKEN: ${{ github.token }} under env of the step.",
            exit_code=ExitCode.BAD_INPUT,
        )
    return GitHubRest(
        repository=os.environ["GITHUB_REPOSITORY"],
        token=os.environ["GITHUB_TOKEN"],
        api_url=os.environ.get("GITHUB_API_URL") or "https://api.github.com",
    )


def _text(answer: Mapping[str, Any], id: int) -> Text:
    return Text(
        id=id,
        author=(answer.get("user") or {}).get("login", ""),  # of an account that is gone there is none
        body=answer.get("body") or "",
        url=answer["html_url"],
        title=answer.get("title") or "",
    )


def _next(links: str) -> str | None:
    """The address of the next page, from a Link header."""
    for link in links.split(","):
        address, _, relation = link.partition(";")
        if 'rel="next"' in relation:
            return address.strip().removeprefix("<").removesuffix(">")
    return None


def _refusal(what: str, error: urllib.error.HTTPError) -> OperationError:
    message = _message(error)
    said = f"{what} failed: {error.code}{f' {message}' if message else ''}"
    exhausted = error.headers.get("x-ratelimit-remaining") == "0"
    if error.code == HTTPStatus.TOO_MANY_REQUESTS or (
        error.code == HTTPStatus.FORBIDDEN and (exhausted or "retry-after" in error.headers)
    ):
        seconds = error.headers.get("retry-after", "")
        return ThrottledError(
            said,
            fix="Try again later: GitHub was asked too often.",
            seconds=float(seconds) if seconds.isdigit() else None,
        )
    if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnavailableError(said, fix="Try again; githubstatus.com tells of outages.")
    match error.code:
        case HTTPStatus.UNAUTHORIZED:
            fix = "Check GITHUB_TOKEN: in a workflow it is ${{ github.token }}."
        case HTTPStatus.FORBIDDEN | HTTPStatus.NOT_FOUND:
            fix = (
                "Give the job `pull-requests: write` or `issues: write` under permissions; a pull request from a fork "
                "never has them."
            )
        case _:
            fix = "GitHub's REST API reference explains the answer."
    return OperationError(said, fix=fix)


def _message(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    with suppress(ValueError, KeyError, TypeError):  # what stands in between answers with a page
        text = json.loads(text)["message"]
    return " ".join(str(text)[:BODY].split())
