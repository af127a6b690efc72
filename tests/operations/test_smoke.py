"""`slipway smoke`: whether the public URL serves what was released."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations import smoke as smoking
from operations.errors import OperationError
from operations.smoke import at, smoke
from tests.operations.conftest import Slipway
from tests.operations.receiver import Answer, Receiver
from tests.operations.world import NEW, OLD, World


def serving(tag: str) -> Answer:
    return Answer(200, json.dumps({"name": "shop", "image_tag": tag}))


@pytest.fixture
def service() -> Iterator[Receiver]:
    with Receiver(serving(NEW)) as receiver:
        yield receiver


def test_three_answers_in_a_row_will_do(service: Receiver) -> None:
    seen = smoke(service.url, NEW, within=5)
    assert (seen.requests, seen.tag, seen.url) == (3, NEW, service.url)
    assert [each.path for each in service.requests] == ["/"] * 3


def test_an_answer_of_the_old_tag_in_between_begins_the_count_anew(service: Receiver) -> None:
    service.answers = [serving(NEW), serving(NEW), serving(OLD), serving(NEW)]
    assert smoke(service.url, NEW, within=5, pause=0).requests == 6


def test_a_service_that_comes_late_is_waited_for(service: Receiver) -> None:
    service.answers = [Answer(503), Answer(502), serving(NEW)]
    assert smoke(service.url, NEW, within=5, pause=0).requests == 5


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (serving(OLD), f"{OLD} answers"),
        (Answer(503, "down"), "it answers with status 503"),
        (Answer(200, "zz", {"Transfer-Encoding": "chunked"}), "its answer is broken: IncompleteRead"),
        (Answer(200, "<html>"), "its answer is not JSON"),
        (Answer(200, "[]"), "its answer has no image_tag"),
        (Answer(200, '{"name": "shop"}'), "its answer has no image_tag"),
    ],
)
def test_what_does_not_serve_the_tag_is_given_up_in_time_with_what_was_seen_last(
    answer: Answer, problem: str, service: Receiver
) -> None:
    service.answers = [answer]
    ticks = itertools.count()
    with pytest.raises(OperationError) as raised:
        smoke(service.url, NEW, within=10, pause=0, clock=lambda: float(next(ticks)))
    assert raised.value.what == f"{service.url} does not serve {NEW}: after 10 requests in 10 s, {problem}"
    assert len(service.requests) == 10


@pytest.mark.parametrize("body", ["<html>", '{"name": "shop"}'])
def test_where_no_answer_says_which_image_runs_it_says_how_one_would(body: str, service: Receiver) -> None:
    service.answers = [Answer(200, body)]
    with pytest.raises(OperationError) as raised:
        smoke(service.url, NEW, within=0)
    assert raised.value.fix == (
        "Have that path answer a JSON object whose image_tag is the value of the variable IMAGE_TAG, or name one that "
        "does with --path."
    )


def test_where_nobody_listens_it_says_so() -> None:
    with pytest.raises(OperationError) as raised:
        smoke("http://127.0.0.1:1", NEW, within=0)
    assert "it cannot be reached: [Errno 111] Connection refused" in raised.value.what


def test_without_a_tag_any_answer_will_do(service: Receiver) -> None:
    service.answers = [Answer(200, "<html>")]
    assert smoke(service.url, "", within=5).requests == 3


@pytest.mark.parametrize(
    ("url", "path", "whole"),
    [
        ("https://shop.example.com", "/", "https://shop.example.com/"),
        ("https://shop.example.com", "/version", "https://shop.example.com/version"),
        ("http://localhost:4566/_alb/shop", "/", "http://localhost:4566/_alb/shop/"),
        ("http://localhost:4566/_alb/shop", "version", "http://localhost:4566/_alb/shop/version"),
    ],
)
def test_the_path_is_added_to_what_the_url_has_already(url: str, path: str, whole: str) -> None:
    assert at(url, path) == whole


@pytest.fixture
def public(world: World, service: Receiver, shell: pytest.MonkeyPatch) -> Receiver:
    """The environment dev, whose public URL leads here."""
    assert world.running == OLD
    shell.setattr(smoking, "url_of", lambda _: service.url)
    return service


def test_the_verb_hands_the_url_over_and_ends_with_0(
    public: Receiver, slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    ended = slipway("smoke", "dev", "--tag", NEW)
    assert ended.stdout.startswith(f"OK  {NEW} answers at {public.url}/ after ")
    assert ended.exit_code == 0
    assert (tmp_path / "output").read_text() == f"url={public.url}\n"


def test_the_verb_says_what_answers_instead_and_ends_with_1(public: Receiver, slipway: Slipway) -> None:
    public.answers = [serving(OLD)]
    ended = slipway("smoke", "dev", "--tag", NEW, "--within", "0")
    assert f"does not serve {NEW}: after 1 requests in 0 s, {OLD} answers." in ended.stderr
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_without_a_tag_the_verb_expects_what_ecs_runs(public: Receiver, slipway: Slipway) -> None:
    public.answers = [serving(OLD)]
    assert json.loads(slipway("smoke", "dev", "--json").stdout)["tag"] == OLD


def test_a_tag_that_is_none_is_refused(public: Receiver, slipway: Slipway) -> None:
    assert slipway("smoke", "dev", "--tag", "latest").exit_code == 2
    assert public.requests == []
