"""Shows what Alertmanager sends, in place of Slack, PagerDuty and a dead man's switch."""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT = 200
"""How many posts are kept. Then the oldest heartbeat is forgotten, of which one comes every minute, else the oldest."""

HEARTBEAT = "/heartbeat"

LARGEST = 1_000_000
"""Bytes that a post may have; Alertmanager's are some thousand."""

PORT = 8080


@dataclass(frozen=True)
class Post:
    """One notification.

    Attributes:
        path: whom it would have been for: "/slack", "/pagerduty" or "/heartbeat".
        body: what was sent, which must be JSON.
    """

    path: str
    body: object


class Receiver(ThreadingHTTPServer):
    """A server that answers every POST of JSON, and shows the last ones to whoever asks with GET.

    Args:
        address: host and port to listen on; port 0 takes a free one.
        tell: called with each post; nothing when omitted.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], tell: Callable[[Post], None] | None = None) -> None:
        super().__init__(address, _Handler)
        self._posts: list[Post] = []
        self._lock = threading.Lock()
        self._tell = tell

    @property
    def posts(self) -> list[Post]:
        """The last ones, oldest first."""
        with self._lock:
            return list(self._posts)

    def keep(self, post: Post) -> None:
        """Show that post from now on."""
        with self._lock:
            self._posts.append(post)
            if len(self._posts) > KEPT:
                paths = [each.path for each in self._posts]
                del self._posts[paths.index(HEARTBEAT) if HEARTBEAT in paths else 0]
        if self._tell:
            self._tell(post)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds that a silent client is waited for

    @property
    def _receiver(self) -> Receiver:
        assert isinstance(self.server, Receiver)  # noqa: S101 - for the types: nothing else makes this handler
        return self.server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.send_error(413)
            return
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError:
            self.send_error(400, "This is not JSON")
            return
        self._receiver.keep(Post(self.path, body))
        # PagerDuty's own answer (Events API v2, "Enqueue"); Slack and a dead man's switch are content with any 2xx.
        self._answer(202 if self.path == "/pagerduty" else 200, "application/json", '{"status": "success"}')

    def do_GET(self) -> None:
        if self.path == "/posts":
            shown = json.dumps([{"path": post.path, "body": post.body} for post in self._receiver.posts], indent=2)
            self._answer(200, "application/json", shown)
        elif self.path == "/":
            self._answer(200, "text/html; charset=utf-8", _page(self._receiver.posts))
        else:
            self.send_error(404)

    def _answer(self, status: int, content_type: str, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the posts are told by `tell`."""


def _page(posts: list[Post]) -> str:
    shown = "".join(
        f"<h2>{escape(post.path)}</h2><pre>{escape(json.dumps(post.body, indent=2))}</pre>" for post in reversed(posts)
    )
    return f"<!doctype html><title>Notifications</title><h1>Notifications</h1>{shown or '<p>None so far.</p>'}"


def main() -> None:
    """Serve on every address until the process is ended, with each post as a line on stdout."""
    receiver = Receiver(
        ("0.0.0.0", PORT),  # noqa: S104 - in a container, whose port compose.yaml binds to 127.0.0.1
        tell=lambda post: print(json.dumps({"path": post.path, "body": post.body}), flush=True),
    )
    print(f"Notifications are shown on port {PORT}", file=sys.stderr, flush=True)
    receiver.serve_forever()


if __name__ == "__main__":
    main()
