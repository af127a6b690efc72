"""The drill of a receiver of notifications that is down."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from configuration import SANDBOX, stack_names
from operations.gateways.cloudformation import CloudFormation
from sandbox.drills.drill import NotPossibleHereError
from sandbox.drills.releases import CrashAtStart
from sandbox.drills.stage import Stage
from sandbox.processes import eventually

TOLD_WITHIN = 20.0
"""Seconds after the verdict in which whoever listens has to be told."""

WAITED_FOR = 5.0
"""Seconds after which the emulator gives an endpoint up that does not answer; SNS itself waits for 15 ("Amazon SNS
message delivery retries"). Who is told one after the other is told so much later."""


class ReceiverDown(CrashAtStart):
    """A release is rolled back while one of two receivers of the notifications takes connections and never answers.

    A port that refuses would be found out at once; this one keeps its sender waiting for as long as that is patient.
    """

    name = "receiver-down"
    promise = "A receiver of notifications that is down delays no rollback, and the others are told all the same."

    def run(self, stage: Stage) -> str:
        """Subscribe two that listen, let one of them fall silent, and release a version that crashes."""
        silent, listening = stage.enter(_receiver()), stage.enter(_receiver())
        topics = _topics(stage)
        if not topics:
            raise NotPossibleHereError("the stacks of this sandbox name no topics")
        for receiver in (silent, listening):
            _subscribe(stage, topics, receiver)
        silent.hang()
        happened = super().run(stage)
        with stage.step("wait until the receiver that listens is told"):
            step = f"slipway diagnose {stage.environment}"  # the step that people are told to take
            told = eventually(lambda: any(step in message for message in listening.messages), TOLD_WITHIN)
        stage.check(
            "the receiver that listens is told of it, and what to do", told, f"{len(listening.messages)} messages"
        )
        stage.check("the one that is down was tried, and did not answer", silent.asked_at and not silent.messages)
        late = listening.asked_at[0] - silent.asked_at[0] if listening.asked_at and silent.asked_at else WAITED_FOR
        stage.check("nobody waited for its answer", late < WAITED_FOR, f"{late:.1f} s after it the other was told")
        return f"{happened}; {len(listening.messages)} notifications came, {len(silent.asked_at)} were not answered"


class Receiver(ThreadingHTTPServer):
    """Takes what SNS sends.

    Attributes:
        messages: that came and were answered.
        confirmations: of subscriptions, that are asked for.
        asked_at: when a message began to come, answered or not, by the monotonic clock.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.messages: list[str] = []
        self.confirmations: list[dict[str, str]] = []
        self.asked_at: list[float] = []
        self.over = threading.Event()
        self.over.set()

    def hang(self) -> None:
        """Answer nothing from now on; connections are taken."""
        self.over.clear()

    def server_close(self) -> None:
        """Let go of who still waits."""
        self.over.set()
        super().server_close()


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)  # noqa: S101 - it is made by nobody else
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
        if self.headers.get("x-amz-sns-message-type") == "SubscriptionConfirmation":
            self.server.confirmations.append(json.loads(body))
        else:
            self.server.asked_at.append(time.monotonic())
            if not self.server.over.is_set():
                self.server.over.wait()
                return
            self.server.messages.append(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _subscribe(stage: Stage, topics: list[str], receiver: Receiver) -> None:
    """Subscribe to each topic and confirm it: an endpoint that has not confirmed is sent nothing."""
    sns = stage.client("sns")
    for topic in topics:
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{receiver.server_port}/")
    asked = eventually(lambda: len(receiver.confirmations) == len(topics), TOLD_WITHIN)
    stage.check("each subscription is asked to be confirmed", asked, f"{len(receiver.confirmations)} of {len(topics)}")
    for each in receiver.confirmations:
        arn = sns.confirm_subscription(TopicArn=each["TopicArn"], Token=each["Token"])["SubscriptionArn"]
        stage.cleaning(partial(sns.unsubscribe, SubscriptionArn=arn))


def _topics(stage: Stage) -> list[str]:
    """The topics that the telemetry stack names in its outputs."""
    stack = CloudFormation(stage.aws).stack(stack_names.telemetry(SANDBOX))
    return sorted({value for value in (stack.outputs if stack else {}).values() if ":sns:" in value})
