"""The receiver that shows what there is no secret for."""

import contextlib
import http.client
from collections.abc import Generator

import pytest

from observability.notifications.receiver import KEPT, LARGEST, Post, Receiver
from tests.observability.servers import ask, started_receiver, url_of


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with started_receiver() as receiver:
        yield receiver


def posted(receiver: Receiver, path: str, body: bytes, length: int | None = None) -> int:
    """The status that a POST gets; of a body that says that it is of that length."""
    port = receiver.server_address[1]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, body, {"Content-Length": str(len(body) if length is None else length)})
        return connection.getresponse().status


def test_what_is_posted_is_shown_to_people_and_to_programs(receiver: Receiver) -> None:
    ask(f"{url_of(receiver)}/slack", {"text": "<b>down</b>"})
    assert receiver.posts == [Post("/slack", {"text": "<b>down</b>"})]
    assert ask(f"{url_of(receiver)}/posts") == [{"path": "/slack", "body": {"text": "<b>down</b>"}}]
    page = ask(f"{url_of(receiver)}/")
    assert "&lt;b&gt;down&lt;/b&gt;" in page
    assert "<b>" not in page


def test_pagerduty_answers_202_and_all_others_200(receiver: Receiver) -> None:
    codes = {path: posted(receiver, path, b"{}") for path in ("/pagerduty", "/slack", "/heartbeat")}
    assert codes == {"/pagerduty": 202, "/slack": 200, "/heartbeat": 200}


def test_what_is_no_json_or_too_large_is_refused_and_not_kept(receiver: Receiver) -> None:
    assert posted(receiver, "/slack", b"not JSON") == 400
    assert posted(receiver, "/slack", b"", length=LARGEST + 1) == 413
    assert receiver.posts == []


def test_only_the_last_posts_are_kept_and_heartbeats_push_out_no_others() -> None:
    told: list[Post] = []
    with Receiver(("127.0.0.1", 0), tell=told.append) as receiver:
        for number in range(KEPT):
            receiver.keep(Post("/slack", number))
        for number in range(3):
            receiver.keep(Post("/heartbeat", number))
        assert receiver.posts == [Post("/slack", number) for number in range(KEPT)]
        receiver.keep(Post("/slack", KEPT))
    assert len(told) == KEPT + 4
    assert receiver.posts == [Post("/slack", number) for number in range(1, KEPT + 1)]
