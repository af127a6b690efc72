"""Somebody who is told: an HTTP server on the loopback that keeps what is posted to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What has been posted, in the order of arrival, each as (path, JSON)."""

    port: int
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _arrival: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: dict[str, Any]) -> None:
        with self._arrival:
            self.posted.append((path, body))
            self._arrival.notify_all()

    def wait_for(self, path: str, seconds: float = 20, **values: Any) -> dict[str, Any]:
        """The first post to that path with these values, as soon as it is there."""

        def found() -> dict[str, Any] | None:
            for place, body in self.posted:
                if place == path and all(body.get(key) == value for key, value in values.items()):
                    return body
            return None

        with self._arrival:
            assert self._arrival.wait_for(found, seconds), f"not within {seconds} s; posted were {self.posted}"
        body = found()
        assert body is not None
        return body

    def listen(self, sns: Any, topic_arn: str, path: str) -> None:
        """Subscribe that path to the topic and confirm it."""
        sns.subscribe(TopicArn=topic_arn, Protocol="http", Endpoint=f"{self.url}{path}")
        asked = self.wait_for(path, Type="SubscriptionConfirmation", TopicArn=topic_arn)
        sns.confirm_subscription(TopicArn=topic_arn, Token=asked["Token"])


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.put(self.path, json.loads(body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """A request is no news."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
