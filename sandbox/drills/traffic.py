"""What became of requests, and the accounts of it."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

OK = 200
BAD_GATEWAY, GATEWAY_TIMEOUT = 502, 504

GOOD, BAD, NOBODY = "good", "bad", "nobody"
CUT = "the connection was cut"
"""How the reason of a request begins whose answer did not come to its end; nothing in it tells whose answer it was."""

LOST = "lost task"
"""To blame for requests that were on their way to a task that the drill itself has killed."""


@dataclass(frozen=True)
class Answer:
    """What became of one request.

    Attributes:
        at: seconds from the beginning of the load until it was due.
        seconds: from then to its end.
        version: the image tag that answered; empty if that is not known.
        failure: why it failed; empty if it did not.
        target: the address that the load balancer could not reach, if it says so.
    """

    at: float
    seconds: float
    version: str = ""
    failure: str = ""
    target: str = ""


def judged(status: int, body: bytes, *, environment: str) -> tuple[str, str, str]:
    """The version that gave an answer, what is wrong with it, and the target that could not be reached.

    Args:
        environment: whose service is to answer.
    """
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    version = str(told.get("image_tag", ""))
    if status in {BAD_GATEWAY, GATEWAY_TIMEOUT} and not version:
        target = str(told.get("message", "")).partition("Target ")[2].partition(":")[0]
        return "", f"{status}: the load balancer got no answer from its target", target
    if status != OK:
        return version, f"{status}", ""
    if not version or told.get("environment") != environment:
        return version, "misrouted: something else than the service answered", ""
    return version, "", ""


@dataclass(frozen=True)
class Second:
    """What became of the requests that were due in one second of the load.

    Attributes:
        answered: those that were answered well, by the version.
        failed: how many were not.
    """

    at: int
    answered: dict[str, int]
    failed: int


@dataclass(frozen=True)
class Traffic:
    """All requests of a drill, counted.

    Attributes:
        answered: requests that were answered well, by the version.
        failed: why requests failed, by the version that is to blame and the reason.
        longest: the seconds that the slowest took.
        p99: the seconds that the slowest hundredth took at least.
        failing: in how many seconds of the load a request was under way that failed.
    """

    sent: int
    answered: dict[str, int]
    failed: dict[str, dict[str, int]]
    longest: float
    p99: float
    failing: int
    seconds: tuple[Second, ...]

    @property
    def failures(self) -> int:
        """How many failed."""
        return sum(count for reasons in self.failed.values() for count in reasons.values())

    def failures_of(self, *versions: str) -> int:
        """How many failed that these are to blame for."""
        return sum(count for version in versions for count in self.failed.get(version, {}).values())

    @property
    def cut(self) -> int:
        """How many answers did not come to their end."""
        return sum(count for why, count in self.failed.get(NOBODY, {}).items() if why.startswith(CUT))

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "sent": self.sent,
            "answered": self.answered,
            "failed": self.failed,
            "longest_seconds": round(self.longest, 3),
            "p99_seconds": round(self.p99, 3),
            "failing_seconds": self.failing,
            "seconds": [{"at": each.at, "answered": each.answered, "failed": each.failed} for each in self.seconds],
        }


def counted(
    answers: Sequence[Answer],
    role_of: Callable[[str], str | None],
    version_at: Callable[[str, float], str | None] = lambda _address, _at: "",
) -> Traffic:
    """The accounts of these answers.

    Args:
        role_of: what a version is called in the accounts, such as `good`; None for one that nobody released: an answer
            of it is misrouted.
        version_at: the version that had an address so many seconds after the beginning; nothing if that is not known.
    """
    told = [_named(answer, role_of, version_at) for answer in answers]
    durations = sorted(answer.seconds for answer in answers)
    failed: dict[str, dict[str, int]] = {}
    for answer in told:
        if answer.failure:
            reasons = failed.setdefault(answer.version or NOBODY, {})
            reasons[answer.failure] = reasons.get(answer.failure, 0) + 1
    return Traffic(
        sent=len(told),
        answered=dict(Counter(answer.version for answer in told if not answer.failure)),
        failed=failed,
        longest=durations[-1] if durations else 0.0,
        p99=durations[ceil(0.99 * len(durations)) - 1] if durations else 0.0,
        failing=len({second for answer in told if answer.failure for second in _spanned(answer)}),
        seconds=tuple(_seconds(told)),
    )


def _named(
    answer: Answer, role_of: Callable[[str], str | None], version_at: Callable[[str, float], str | None]
) -> Answer:
    version = answer.version or (answer.target and version_at(answer.target, answer.at))
    role = role_of(version) if version else ""
    if role is None:
        return Answer(answer.at, answer.seconds, NOBODY, f"misrouted: {version} answered, which nobody released")
    return Answer(answer.at, answer.seconds, role, answer.failure)


def _spanned(answer: Answer) -> range:
    return range(int(answer.at), int(answer.at + answer.seconds) + 1)


def _seconds(told: Sequence[Answer]) -> Iterable[Second]:
    """Every second from the first to the last, also those in which nothing was sent."""
    by_second: dict[int, list[Answer]] = {}
    for answer in told:
        by_second.setdefault(int(answer.at), []).append(answer)
    for second in range(min(by_second, default=0), max(by_second, default=-1) + 1):
        answers = by_second.get(second, [])
        well = Counter(answer.version for answer in answers if not answer.failure)
        yield Second(second, dict(well), sum(bool(answer.failure) for answer in answers))
