"""A server on 127.0.0.1 that answers as GitHub's REST API does, for the comments and issues of one repository."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

REPOSITORY = "acme/shop"
TOKEN = "a-token"
BOT = "github-actions[bot]"
LONGEST = 65_536


@dataclass
class Refusal:
    """An answer in the place of the next one."""

    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False  # what was asked for is done all the same


@dataclass
class GitHub:
    """What the repository has.

    Attributes:
        asked: method and path of all requests.
        refusals: of the next requests, by method.
        page: the most that is listed at once, whatever is asked for.
    """

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    page: int = 100
    elsewhere: str = ""

    def comment(self, body: str, author: str = BOT, *, on: int = 7) -> int:
        """Somebody comments; the id."""
        id_ = 1000 + len(self.comments)
        self.comments.append(
            {
                "id": id_,
                "on": on,
                "user": {"login": author},
                "body": body,
                "html_url": f"https://github.com/{REPOSITORY}/pull/{on}#issuecomment-{id_}",
            }
        )
        return id_

    def issue(self, title: str, body: str, author: str = BOT, *, pull_request: bool = False) -> int:
        """Somebody opens an issue; the number."""
        number = 1 + len(self.issues)
        self.issues.append(
            {
                "number": number,
                "title": title,
                "user": {"login": author},
                "body": body,
                "state": "open",
                "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
                **({"pull_request": {}} if pull_request else {}),
            }
        )
        return number

    def refuse(self, method: str, *refusals: Refusal) -> None:
        """The next requests with that method are answered so."""
        self.refusals.setdefault(method, []).extend(refusals)

    def bodies(self) -> list[str]:
        """Of all comments."""
        return [each["body"] for each in self.comments]


@contextmanager
def serving() -> Iterator[GitHub]:
    """A repository with nothing in it, until the block ends."""
    github = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"github": github}))
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    github: GitHub

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(self._listed)

    def do_POST(self) -> None:
        self._answer(self._made)

    def do_PATCH(self) -> None:
        self._answer(self._changed)

    def _answer(self, action: Any) -> None:
        url, github = urlparse(self.path), self.github
        github.asked.append((self.command, url.path))
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or "{}")
        waiting = github.refusals.get(self.command)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self._send(401, {"message": "Bad credentials"})
        if not url.path.startswith(f"/repos/{REPOSITORY}/"):
            return self._send(404, {"message": "Not Found"})
        path = url.path.removeprefix(f"/repos/{REPOSITORY}")
        if waiting:
            refusal = waiting.pop(0)
            if refusal.done:
                action(path, parse_qs(url.query), body)
            return self._send(refusal.status, {"message": refusal.message}, refusal.headers)
        if len(body.get("body", "")) > LONGEST:
            return self._send(422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"})
        return self._send(*action(path, parse_qs(url.query), body))

    def _listed(self, path: str, query: dict[str, list[str]], _: dict[str, str]) -> tuple[Any, ...]:
        if found := re.fullmatch(r"/issues/(\d+)/comments", path):
            items = [each for each in self.github.comments if each["on"] == int(found[1])]
        else:
            items = [
                each
                for each in self.github.issues
                if each["state"] == query["state"][0] and each["user"]["login"] == query["creator"][0]
            ]
        page, size = int(query.get("page", ["1"])[0]), min(self.github.page, int(query["per_page"][0]))
        headers = {}
        if len(items) > page * size:
            host = self.github.elsewhere or self.github.url
            rest = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "page")
            target = f"{host}/repos/{REPOSITORY}{path}?{rest}&page={page + 1}"
            headers["Link"] = f'<{target}>; rel="next", <{target}>; rel="last"'
        return 200, items[(page - 1) * size : page * size], headers

    def _made(self, path: str, _: object, body: dict[str, str]) -> tuple[Any, ...]:
        if found := re.fullmatch(r"/issues/(\d+)/comments", path):
            self.github.comment(body["body"], on=int(found[1]))
            return 201, self.github.comments[-1]
        self.github.issue(body["title"], body["body"])
        return 201, self.github.issues[-1]

    def _changed(self, path: str, _: object, body: dict[str, str]) -> tuple[Any, ...]:
        kind, key, items = (
            ("comments", "id", self.github.comments) if "comments" in path else ("", "number", self.github.issues)
        )
        id_ = int(path.rpartition("/")[2])
        each = next((item for item in items if item[key] == id_), None)
        if each is None:
            return 404, {"message": f"Not Found {kind}"}
        each.update(body)
        return 200, each

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(text)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)
