"""The drill of a receiver of notifications that is down."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from configuration import SANDBOX, stack_names
from operations.gateways.cloudformation import CloudFormation
from sandbox.drills.drill import NotPossibleHereError
from sandbox.drills.releases import CrashAtStart
from sandbox.drills.stage import Stage
from sandbox.processes import eventually

TOLD_WITHIN = 20.0
"""Seconds after the verdict in which whoever listens has to be told."""


class ReceiverDown(CrashAtStart):
    """A release is rolled back while one of two receivers of the notifications does not answer."""

    name = "receiver-down"
    promise = "A receiver of notifications that is down delays no rollback, and the others are told all the same."

    def run(self, stage: Stage) -> str:
        """Subscribe one that listens and one that does not, and release a version that crashes."""
        received = stage.enter(_receiver())
        topics = [topic for topic in _topics(stage) if topic]
        if not topics:
            raise NotPossibleHereError("the stacks of this sandbox name no topics")
        for topic in topics:
            for port in (received.server_port, _dead_port()):
                _subscribe(stage, topic, f"http://127.0.0.1:{port}/")
        eventually(lambda: len(received.confirmations) == len(topics), TOLD_WITHIN)
        for asked in received.confirmations:
            stage.client("sns").confirm_subscription(TopicArn=asked["TopicArn"], Token=asked["Token"])
        happened = super().run(stage)
        with stage.step("wait until the receiver that listens is told"):
            step = f"slipway diagnose {stage.environment}"  # the step that people are told to take
            told = eventually(lambda: any(step in message for message in received.messages), TOLD_WITHIN)
        stage.check(
            "the receiver that listens is told of it, and what to do", told, f"{len(received.messages)} messages"
        )
        return f"{happened}; {len(received.messages)} notifications came"


class Receiver(ThreadingHTTPServer):
    """Takes what SNS sends.

    Attributes:
        messages: that came.
        confirmations: of subscriptions, that are asked for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.messages: list[str] = []
        self.confirmations: list[dict[str, str]] = []


class _Post(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)  # noqa: S101 - it is made by nobody else
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
        if self.headers.get("x-amz-sns-message-type") == "SubscriptionConfirmation":
            self.server.confirmations.append(json.loads(body))
        else:
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


def _subscribe(stage: Stage, topic: str, endpoint: str) -> None:
    sns: Any = stage.client("sns")
    subscription = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint, ReturnSubscriptionArn=True)
    stage.cleaning(lambda: sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"]))


def _topics(stage: Stage) -> list[str]:
    """The topics that the telemetry stack names in its outputs."""
    stack = CloudFormation(stage.aws).stack(stack_names.telemetry(SANDBOX))
    return [value for value in (stack.outputs if stack else {}).values() if ":sns:" in value]


def _dead_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
