"""One comment on a pull request, or one issue, that is kept up to date."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from operations.errors import UnavailableError
from operations.gateways.github_rest import GitHubRest, Text, ThrottledError
from operations.rendering.markdown import marker

AUTHOR = "github-actions[bot]"
"""Whose comments and issues those with a workflow's own token are."""

ATTEMPTS = 4

LONGEST_PAUSE = 60.0
"""Seconds: what GitHub asks for at least after a secondary rate limit that says nothing else ("Best practices for using
the REST API")."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Posting:
    """A way to write on GitHub.

    What others wrote is never touched, even if it begins with the marker.

    Attributes:
        author: whose texts may be changed: that of the token.
        pause: waits that many seconds.
    """

    github: GitHubRest
    author: str = AUTHOR
    pause: Callable[[float], None] = time.sleep

    def comment(self, number: int, name: str, body: str) -> Text:
        """Put the text on that pull request: in the place of the comment of that name, or as a new one.

        Raises:
            OperationError: GitHub refuses, or does not answer four times in a row.
        """

        def attempt() -> Text:
            own = self._own(self.github.comments(number), name)
            text = _marked(name, body)
            return self.github.change_comment(own.id, text) if own else self.github.add_comment(number, text)

        return self._patiently(attempt)

    def issue(self, name: str, title: str, body: str) -> Text:
        """Put the text into the open issue of that name, or open one.

        Raises:
            OperationError: as above.
        """

        def attempt() -> Text:
            own = self._own(self.github.open_issues(self.author), name)
            text = _marked(name, body)
            if own:
                return self.github.change_issue(own.id, title=title, body=text)
            return self.github.add_issue(title, text)

        return self._patiently(attempt)

    def close_issue(self, name: str, why: str) -> Text | None:
        """Say why in the open issue of that name and close it; None if there is none.

        Raises:
            OperationError: as above.
        """

        def attempt() -> Text | None:
            own = self._own(self.github.open_issues(self.author), name)
            if own is None:
                return None
            # The issue first: tried again, it would be closed without the comment rather than commented on twice.
            closed = self.github.change_issue(own.id, state="closed", state_reason="completed")
            self.github.add_comment(own.id, why)
            return closed

        return self._patiently(attempt)

    def _own(self, texts: Iterable[Text], name: str) -> Text | None:
        beginning = marker(name)
        return next((each for each in texts if each.author == self.author and each.body.startswith(beginning)), None)

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        """Looking anew each time: what seemed to fail may have been done."""
        for number in range(ATTEMPTS - 1):
            try:
                return attempt()
            except ThrottledError as error:
                self.pause(min(LONGEST_PAUSE, LONGEST_PAUSE if error.seconds is None else error.seconds))
            except UnavailableError:
                self.pause(2.0**number)
        return attempt()


def _marked(name: str, body: str) -> str:
    first = marker(name)
    return body if body.startswith(first) else f"{first}\n{body}"
