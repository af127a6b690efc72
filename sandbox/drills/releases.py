"""Drills of whole releases: a good one, and those that never get so far that their tasks serve."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from configuration import SANDBOX, stack_names
from operations.errors import ExitCode
from sandbox.drills.command import Ended
from sandbox.drills.deployment_settings import described
from sandbox.drills.drill import Drill
from sandbox.drills.stage import Stage
from sandbox.drills.traffic import BAD, GOOD, Traffic
from sandbox.variants import GOOD as GOOD_LAYER
from sandbox.variants import Layer, missing_tag, running, wrapped

NEW = "new"

LIMIT = 60.0
"""Seconds from the start of a bad release to its verdict, which the deployment circuit breaker has to keep to."""

GLANCE = 0.5
"""Seconds between two looks at what is only so for a while."""

LAST_WORDS = "cannot reach the database"


class GoodRelease(Drill):
    """Nothing is broken."""

    name = "good-release"
    promise = "A good release under load fails no request, and ends only when the new version alone serves."

    ended: float = 0.0

    def run(self, stage: Stage) -> str:
        """Release a good variant."""
        return f"released in {self.released(stage, stage.image(GOOD_LAYER, NEW)).seconds:.1f} s"

    def released(self, stage: Stage, tag: str) -> Ended:
        """Release that tag, which has to succeed."""
        ended = stage.release(tag)
        self.ended = stage.moment
        stage.check("slipway release ends with 0", ended.exit_code == ExitCode.SUCCEEDED, ended.exit_code)
        stage.check("the new version serves", stage.status.image_tag == tag, stage.status.image_tag)
        return ended

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Both versions must have answered, and none but the new one after the command has ended."""
        super().judge(stage, traffic)
        stage.check("both versions answered", traffic.answered.get(GOOD) and traffic.answered.get(NEW))
        last = {role for second in traffic.seconds if second.at > self.ended for role in second.answered}
        stage.check("after its end only the new version answered", last == {NEW}, ", ".join(sorted(last)))


class BadStart(Drill):
    """A release whose tasks never serve, which the deployment circuit breaker takes back.

    Attributes:
        layer: what makes the image a bad one; None if there is to be no image.
        cause: that slipway has to find.
        evidence: words that its explanation has to have.
    """

    layer: ClassVar[Layer | None] = None
    cause: ClassVar[str]
    evidence: ClassVar[str] = ""

    def run(self, stage: Stage) -> str:
        """Release it, and have it diagnosed."""
        return self.forced(stage, self.tag(stage))

    def forced(self, stage: Stage, tag: str) -> str:
        """Release that tag whatever is wrong with it, and have it diagnosed; what happened."""
        ended = stage.release(tag)
        check_rolled_back(stage, ended)
        check_diagnosis(stage, ended, self.cause, self.evidence)
        return f"rolled back after {ended.seconds:.1f} s: {ended.told.get('reason', ended.last_words)}"

    def tag(self, stage: Stage) -> str:
        """The tag to release."""
        if self.layer:
            return stage.image(self.layer)
        tag = missing_tag()
        stage.roles[tag] = BAD
        return tag

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """No request may have failed, and the bad version must not have answered a single one."""
        super().judge(stage, traffic)
        stage.check("only the good version answered", set(traffic.answered) == {GOOD}, ", ".join(traffic.answered))


def check_rolled_back(stage: Stage, ended: Ended, *, limit: float | None = LIMIT) -> None:
    """Check that a release ended as one that was taken back.

    Args:
        limit: of its seconds; None where it has none.
    """
    told = ended.told
    seen = f"{ended.exit_code}, {told.get('verdict', ended.last_words)}"
    rolled_back = (ended.exit_code, told.get("verdict")) == (ExitCode.ROLLED_BACK, "ROLLED_BACK")
    stage.check("slipway release ends with 3: rolled back", rolled_back, seen)
    stage.check("the good version runs", told.get("runs") == stage.good == stage.status.image_tag, told.get("runs"))
    if limit is not None:
        stage.check(f"the verdict is there within {limit:.0f} s", ended.seconds < limit, f"{ended.seconds:.1f} s")


def check_diagnosis(stage: Stage, ended: Ended, cause: str, evidence: str = "") -> None:
    """Check that the release, and `slipway diagnose` after it, name that cause."""
    of_release = (ended.told.get("diagnosis") or {}).get("cause", "none")
    stage.check(f"slipway release says why: {cause}", of_release == cause, of_release)
    told = stage.run("ask slipway diagnose", "diagnose", stage.environment, "--json").told
    said = told.get("headline", "")
    stage.check(f"slipway diagnose says the same: {cause}", told.get("cause") == cause, said)
    if evidence:
        stage.check(f"and names {evidence!r}", evidence in said, said)


@contextmanager
def nothing_changes(stage: Stage) -> Iterator[None]:
    """Check that the block begins no deployment of the service, and that nothing happens to its stack."""
    deployments, event = _deployments(stage), _newest_event(stage)
    yield
    after = _deployments(stage)
    stage.check("no deployment was begun", deployments and after == deployments, ", ".join(sorted(after)))
    happened = _newest_event(stage)
    stage.check("nothing happened to the stack", event and happened == event, f"{happened}, {event} before")


def _deployments(stage: Stage) -> set[str]:
    """The ids of the deployments that ECS lists."""
    return {deployment["id"] for deployment in described(stage)["deployments"]}


def _newest_event(stage: Stage) -> str:
    """The id of the newest event of the service's stack."""
    told = stage.client("cloudformation").describe_stack_events(StackName=stack_names.service(SANDBOX))
    return str(max(told["StackEvents"], key=lambda event: event["Timestamp"])["EventId"])


class TagMissing(BadStart):
    """The image was never pushed."""

    name = "tag-missing"
    promise = "A tag without an image is refused before anything changes, and rolled back if it is forced."
    cause = "image missing"

    def run(self, stage: Stage) -> str:
        """First as everybody types it, then by force."""
        tag = missing_tag()
        with nothing_changes(stage):
            refused = stage.run("release it as usual", "release", stage.environment, "--tag", tag)
        stage.check("slipway release refuses it with 6", refused.exit_code == ExitCode.REFUSED, refused.exit_code)
        return super().run(stage)


class WrongArchitecture(BadStart):
    """The image's program is one for a processor that the machine does not have: a real one, of nothing but a head."""

    name = "wrong-architecture"
    promise = "An image for another processor is rolled back, and told from one that crashes."
    cause = "wrong architecture"

    def tag(self, stage: Stage) -> str:
        """An image that runs an ELF program for a machine that is neither x86 nor Arm."""
        program = "/usr/local/bin/foreign"
        # The shell as well: an init process gives it what the kernel cannot run.
        copies = "\n".join(f"COPY --chmod=0555 foreign {path}" for path in (program, "/bin/sh"))
        return stage.image(Layer(f"{copies}\n{running(program).instructions}", {"foreign": foreign()}))


class CrashAtStart(BadStart):
    """The program ends at once."""

    name = "crash-at-start"
    promise = "A release that crashes at its start is rolled back, with the last line that it wrote as the reason."
    layer = running("python", "-c", f"print('{LAST_WORDS}', flush=True); raise SystemExit(3)")
    cause = "crash loop"
    evidence = LAST_WORDS


class HealthPathFailing(BadStart):
    """The server runs, and its readiness path answers 503."""

    name = "health-path-failing"
    promise = "A release that never becomes healthy is rolled back before a client's request reaches it."
    layer = wrapped(
        """
from app.main import app as served

async def app(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/health/ready":
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"not ready"})
    else:
        await served(scope, receive, send)
"""
    )
    cause = "health path failing"
    evidence = "503"


def foreign() -> bytes:
    """An executable of the ELF format for a processor that is hardly that of this machine (EM_68K), of no code."""
    machine, size, base = 4, 120, 0x400000
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, base + size, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
