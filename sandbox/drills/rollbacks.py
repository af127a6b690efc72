"""Drills of what people do with releases: take them back, cancel them, make two at once."""

import signal
from contextlib import ExitStack, suppress

from operations.errors import ExitCode, OperationError
from sandbox.drills.command import Ended, Process
from sandbox.drills.drill import Drill
from sandbox.drills.releases import NEW, nothing_changes
from sandbox.drills.stage import Stage
from sandbox.drills.traffic import GOOD, Traffic
from sandbox.variants import GOOD as GOOD_LAYER
from sandbox.variants import running

CANCELLING = ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5))
"""What a runner sends to a step whose job is cancelled, and the seconds that it gives it then."""

STUBBORN = running(
    "python",
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, lambda *_: time.sleep(12) or exit()); time.sleep(600)",
)
"""A version that never answers and takes 12 s to end: taking it back outlasts all signals of a cancelled job."""

CHANGING = "CloudFormation changes"
"""What `slipway release` says when it has begun."""


class RollbackOfFinishedRelease(Drill):
    """The release went well, and is taken back all the same."""

    name = "rollback"
    promise = "slipway rollback brings the version before a finished release back and fails no request."

    def run(self, stage: Stage) -> str:
        """Release a good variant, then roll it back."""
        new = stage.image(GOOD_LAYER, NEW)
        released = stage.release(new)
        stage.check("slipway release ends with 0", released.exit_code == ExitCode.SUCCEEDED, released.exit_code)
        back = stage.run("roll it back", "rollback", stage.environment, "--yes", "--json")
        stage.check("slipway rollback ends with 0", back.exit_code == ExitCode.SUCCEEDED, back.last_words)
        stage.check("it says which version runs", back.told.get("runs") == stage.good, back.told.get("runs"))
        stage.check("the version from before runs", stage.status.image_tag == stage.good, stage.status.image_tag)
        return f"rolled back in {back.seconds:.1f} s"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """In the end the version from before answers alone."""
        super().judge(stage, traffic)
        last = traffic.seconds[-1].answered if traffic.seconds else {}
        stage.check("in the end only the version from before answered", set(last) == {GOOD}, ", ".join(last))


class RollbackTargetGone(Drill):
    """The image that a rollback would go back to was deleted."""

    name = "rollback-target-gone"
    promise = "A rollback to a version whose image is gone is refused before anything changes; what runs goes on."

    def run(self, stage: Stage) -> str:
        """Release two variants, delete the first one's image, and roll back."""
        older, newer = stage.image(GOOD_LAYER, "older"), stage.image(GOOD_LAYER, NEW)
        for tag in (older, newer):
            ended = stage.release(tag, step="release a good version")
            stage.check("slipway release ends with 0", ended.exit_code == ExitCode.SUCCEEDED, ended.exit_code)
        with stage.step("delete the image from its registry"):
            stage.variants.remove(older)
        with nothing_changes(stage):
            back = stage.run("roll back", "rollback", stage.environment, "--yes", "--json")
        stage.check("slipway rollback refuses with 6", back.exit_code == ExitCode.REFUSED, back.exit_code)
        stage.check("it names the missing tag", older in back.stderr, back.last_words)
        stage.check("what ran goes on", stage.status.image_tag == newer, stage.status.image_tag)
        return f"refused after {back.seconds:.1f} s: {back.last_words}"


class CancelledRelease(Drill):
    """The job that releases is cancelled while its tasks start, as GitHub cancels it.

    GitHub sends SIGINT, 7.5 s later SIGTERM, 2.5 s later it kills; then it runs the steps that are for a cancelled job
    ("Workflow cancellation reference"). What .github/workflows/pipeline.yml does in such a step is done here, too.
    """

    name = "release-cancelled"
    promise = "A release whose job is cancelled half-way is taken back, and the last step of the job says so."

    def run(self, stage: Stage) -> str:
        """Release a version that never answers, cancel the step, and take the step that the pipeline has for that."""
        tag = stage.image(STUBBORN)
        words = ("release", stage.environment, "--tag", tag, "--skip-preflight", "--on-cancel", "rollback", "--json")
        with stage.slipway.started(*words) as process:
            with stage.step("release it, until its rollout is under way"):
                process.wait_for("rollout IN_PROGRESS")
            with stage.step("cancel its job: SIGINT, then SIGTERM, then SIGKILL"):
                ended = _cancelled(process)
        stage.check(
            "the release was ended before its verdict", ended.exit_code != ExitCode.ROLLED_BACK, ended.exit_code
        )
        last = stage.run("abort as the job does", "abort", stage.environment, "--yes", "--timeout", "2", "--json")
        if last.exit_code != ExitCode.ROLLED_BACK:  # what is taken back already is followed
            last = stage.run("watch as the job does", "watch", stage.environment, "--timeout", "2", "--json")
        told = last.told
        stage.check("the job's last step ends with 3: rolled back", last.exit_code == ExitCode.ROLLED_BACK, last.stderr)
        stage.check("it says which version runs", told.get("runs") == stage.good, told.get("runs"))
        stage.check("the good version runs", stage.status.image_tag == stage.good, stage.status.image_tag)
        return f"the release ended with {ended.exit_code}, the job's last step said: {told.get('reason', '')}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only the good version answers."""
        super().judge(stage, traffic)
        stage.check("only the good version answered", set(traffic.answered) == {GOOD}, ", ".join(traffic.answered))


def _cancelled(process: Process) -> Ended:
    """Send the signals that a cancelled job's step gets, until it ends."""
    for number, seconds in CANCELLING:
        process.send(number)
        with suppress(OperationError):  # it has not ended by then
            return process.end(seconds)
    process.send(signal.SIGKILL)
    return process.end()


class RacingReleases(Drill):
    """Two people release two versions at the same moment."""

    name = "releases-racing"
    promise = "Of two releases at once one is told that it succeeded, and serves; the other is told that it did not."

    def run(self, stage: Stage) -> str:
        """Start both, and compare what they are told with what serves."""
        tags = [stage.image(GOOD_LAYER, role) for role in ("first", "second")]
        with ExitStack() as both, stage.step("release both at once, until both end"):
            processes = [
                both.enter_context(
                    stage.slipway.started("release", stage.environment, "--tag", tag, "--skip-preflight", "--json")
                )
                for tag in tags
            ]
            ended = [process.end() for process in processes]
        codes = [each.exit_code for each in ended]
        winners = [tag for tag, code in zip(tags, codes, strict=True) if code == ExitCode.SUCCEEDED]
        stage.check("exactly one ends with 0", len(winners) == 1, codes)
        others = {ExitCode.SUPERSEDED, ExitCode.REFUSED}
        stage.check("the other ends with 5 or 6", {ExitCode(code) for code in codes} - {ExitCode(0)} <= others, codes)
        stage.await_rest()
        serves = stage.status.image_tag
        stage.check("the one that ended with 0 serves", winners == [serves], stage.roles.get(serves, serves))
        return f"they ended with {codes[0]} and {codes[1]}: {_losers_words(ended)}"


def _losers_words(ended: list[Ended]) -> str:
    return next((each.last_words for each in ended if each.exit_code), "nobody lost")
