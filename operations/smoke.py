"""Whether the public URL serves what was released, as a client sees it."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import ProxyHandler, build_opener

from configuration import Configuration, Environment
from operations.errors import OperationError
from operations.rollout.deployed import locate
from operations.rollout.release import check_tag, running_tag
from operations.status import url_of

IN_A_ROW = 3
"""Answers: one alone may come from a task that is about to go."""

INTERVAL = 2.0
"""Seconds after an answer that will not do."""

UNTAGGED = ("its answer is not JSON", "its answer has no image_tag")
"""Of a path that says nothing of the image, whatever runs."""

REQUEST_SECONDS = 10.0
"""Until a request counts as not answered."""

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class Smoke:
    """What answered.

    Attributes:
        requests: that it took.
    """

    url: str
    tag: str
    requests: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def target_of(configuration: Configuration, environment: Environment, tag: str) -> tuple[str, str]:
    """The public URL, and the tag that has to answer there.

    Args:
        tag: empty, the one that ECS runs. Where CDK builds the image there is no tag: any answer will do.

    Raises:
        OperationError: nothing is deployed there, or AWS cannot be asked.
    """
    if tag:
        check_tag(tag)
    deployed = locate(configuration, environment)
    expected = "" if environment.image == "asset" else tag or running_tag(deployed)
    return url_of(deployed), expected


def smoke(
    url: str, tag: str, *, within: float, clock: Callable[[], float] = time.monotonic, pause: float = INTERVAL
) -> Smoke:
    """Ask the URL until it answers several times in a row as it has to.

    Args:
        url: whose answer is a JSON object with the key `image_tag`, as the sample service's root has it.
        tag: that has to answer; empty, any answer with a status below 400 will do.
        within: seconds, after which it is given up.
        clock: seconds that have gone by since any fixed moment.
        pause: seconds after an answer that will not do.

    Raises:
        OperationError: it did not.
    """
    begun, good, requests = clock(), 0, 0
    while True:
        requests += 1
        problem = _problem(url, tag)
        good = 0 if problem else good + 1
        elapsed = clock() - begun
        if good == IN_A_ROW:
            return Smoke(url, tag, requests, round(elapsed, 1))
        if problem and elapsed >= within:
            raise OperationError(
                f"{url} does not serve {tag or 'anything'}: after {requests} requests in {elapsed:.0f} s, {problem}",
                fix=_fix(problem),
            )
        if problem:
            time.sleep(pause)


def _fix(problem: str) -> str:
    if problem in UNTAGGED:
        return (
            "Have that path answer a JSON object whose image_tag is the value of the variable IMAGE_TAG, or name one "
            "that does with --path."
        )
    return (
        "See with slipway status what runs, and whether DNS, the certificate and the load balancer's rules lead to it."
    )


def at(url: str, path: str) -> str:
    """The URL of that path."""
    return urljoin(f"{url.rstrip('/')}/", path.lstrip("/"))


def _problem(url: str, tag: str) -> str:
    """What is wrong with the next answer; empty if nothing is."""
    local = url.startswith("http://localhost:")
    opener = build_opener(ProxyHandler({})) if local else build_opener()  # no proxy leads to the sandbox
    try:
        with opener.open(url, timeout=REQUEST_SECONDS) as answer:
            body = answer.read(LONGEST_ANSWER)
    except HTTPError as error:
        with error:
            return f"it answers with status {error.code}"
    except HTTPException as error:  # an answer that is none, or ends too early
        return f"its answer is broken: {type(error).__name__}"
    except OSError as error:  # of the network, of DNS, of TLS; urllib's are of this kind, too
        return f"it cannot be reached: {getattr(error, 'reason', error)}"
    return _wrong(body, tag) if tag else ""


def _wrong(body: bytes, tag: str) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return UNTAGGED[0]
    serves = document.get("image_tag") if isinstance(document, dict) else None
    if serves is None:
        return UNTAGGED[1]
    return "" if serves == tag else f"{str(serves)[:50]} answers"
