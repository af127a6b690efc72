"""How answers are judged, and how they are counted."""

import json

import pytest

from sandbox.drills.traffic import Answer, counted, judged

ROLES = {"sha-0000001": "good", "sha-0000002": "bad"}


def body(**fields: str) -> bytes:
    return json.dumps({"image_tag": "sha-0000001", "environment": "sandbox"} | fields).encode()


@pytest.mark.parametrize(
    ("status", "content", "version", "failure"),
    [
        (200, body(), "sha-0000001", ""),
        (500, body(image_tag="sha-0000002"), "sha-0000002", "500"),
        (404, b"Not Found", "", "404"),
        (200, b"<html>", "", "misrouted: something else than the service answered"),
        (200, b"[]", "", "misrouted: something else than the service answered"),
        (200, body(environment="dev"), "sha-0000001", "misrouted: something else than the service answered"),
        (502, b"", "", "502: the load balancer got no answer from its target"),
    ],
)
def test_an_answer_is_judged_by_its_status_and_by_who_gave_it(
    status: int, content: bytes, version: str, failure: str
) -> None:
    assert judged(status, content, environment="sandbox")[:2] == (version, failure)


def test_a_target_that_cannot_be_reached_is_known_by_its_address() -> None:
    message = json.dumps({"message": "Target 10.88.0.7:8000 connect error: refused"}).encode()
    assert judged(502, message, environment="sandbox")[2] == "10.88.0.7"


def test_every_request_is_counted_once_by_version_or_by_reason() -> None:
    answers = [
        Answer(0.1, 0.01, "sha-0000001"),
        Answer(0.2, 0.02, "sha-0000001"),
        Answer(1.1, 0.03, "sha-0000002"),
        Answer(1.2, 0.04, "sha-0000002", "500"),
        Answer(2.5, 0.90, "", "no answer within 10 s"),
    ]
    traffic = counted(answers, ROLES.get)
    assert traffic.answered == {"good": 2, "bad": 1}
    assert traffic.failed == {"bad": {"500": 1}, "nobody": {"no answer within 10 s": 1}}
    assert traffic.sent == sum(traffic.answered.values()) + traffic.failures == 5
    assert (traffic.failures_of("bad"), traffic.failures_of("good", "bad")) == (1, 1)


def test_the_timeline_has_what_happened_in_each_second() -> None:
    answers = [Answer(0.1, 0, "sha-0000001"), Answer(2.1, 0, "sha-0000002"), Answer(2.9, 0, "", "404")]
    seconds = counted(answers, ROLES.get).seconds
    assert [(each.at, each.answered, each.failed) for each in seconds] == [
        *((0, {"good": 1}, 0), (1, {}, 0), (2, {"bad": 1}, 1)),
    ]


def test_an_answer_of_a_version_that_nobody_released_is_misrouted() -> None:
    traffic = counted([Answer(0, 0, "sha-0000009")], ROLES.get)
    assert traffic.failed == {"nobody": {"misrouted: sha-0000009 answered, which nobody released": 1}}


def test_a_target_that_is_gone_is_to_blame_by_its_address() -> None:
    answers = [Answer(0, 0, "", "502", target="10.88.0.7"), Answer(0, 0, "", "502", target="10.88.0.8")]
    traffic = counted(answers, ROLES.get, lambda address, _: {"10.88.0.7": "sha-0000002"}.get(address))
    assert traffic.failed == {"bad": {"502": 1}, "nobody": {"502": 1}}


def test_a_failed_request_spoils_every_second_in_which_it_was_under_way_and_no_second_is_left_out() -> None:
    answers = [Answer(0.5, 0.1, "sha-0000001"), Answer(1.5, 4.0, "", "504"), Answer(1.6, 3.0, "", "504")]
    traffic = counted([*answers, Answer(7.0, 0.1, "sha-0000001")], ROLES.get)
    assert traffic.failing == 5
    assert [second.at for second in traffic.seconds] == list(range(8))
    assert [second.at for second in traffic.seconds if second.answered] == [0, 7]


def test_the_slowest_hundredth_is_told_from_the_slowest() -> None:
    traffic = counted([Answer(0, seconds / 100, "sha-0000001") for seconds in range(1, 201)], ROLES.get)
    assert (traffic.p99, traffic.longest) == (1.98, 2.0)


def test_no_requests_are_counted_as_none() -> None:
    traffic = counted([], ROLES.get)
    assert (traffic.sent, traffic.failures, traffic.longest, traffic.p99, traffic.seconds) == (0, 0, 0, 0, ())
