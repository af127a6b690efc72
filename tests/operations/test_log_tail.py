"""Reading a log again and again: each line once, in bounded memory, without searching the past anew."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configuration import load
from operations import logs
from operations.aws import connect
from operations.logs import LATE_MS, Source, Tail
from tests.conftest import CONFIGURATION
from tests.operations.log_streams import LogStreams
from tests.operations.recorded_aws import RecordedAws

SOURCE = Source("group", "service", "service/service/")


@pytest.fixture
def streams(recorded_aws: RecordedAws) -> LogStreams:
    streams = LogStreams()
    recorded_aws.answer("FilterLogEvents", streams.answer)
    return streams


def written(streams: LogStreams, *lines: tuple[int, str]) -> None:
    for milliseconds, message in lines:
        streams.write("group", "service/service/1", streams.began + milliseconds, message)


def tail(since: int) -> Tail:
    configuration = load(CONFIGURATION)
    aws = connect(configuration, configuration.environment("dev"))
    return Tail(aws, [SOURCE], since=dt.datetime.fromtimestamp(since / 1000, dt.UTC))


def test_while_nothing_is_written_it_does_not_search_the_past_again(streams: LogStreams) -> None:
    written(streams, (-3_600_000, "an hour ago"))
    reader = tail(streams.began - 7 * 86_400_000)
    assert [line.text for line in reader.read()] == ["an hour ago"]
    assert list(reader.read()) == []
    assert streams.asked[1]["startTime"] > streams.began - 3_600_000


arrivals = st.lists(st.lists(st.integers(0, LATE_MS), max_size=4), min_size=1, max_size=6)
"""How long before the newest possible line those lines were written that arrive between two looks."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=arrivals)
def test_every_line_is_printed_exactly_once_in_whatever_order_they_arrive(
    arrivals: list[list[int]], streams: LogStreams
) -> None:
    streams.forget()
    reader, told = tail(streams.began - LATE_MS), []
    for number, batch in enumerate(arrivals):
        written(streams, *((-age, f"{number}") for age in batch))
        told += [line.text for line in reader.read()]
    assert told == [str(number) for number, batch in enumerate(arrivals) for _ in batch]


def test_its_memory_has_a_bound_and_even_then_no_line_comes_twice(
    streams: LogStreams, shell: pytest.MonkeyPatch
) -> None:
    shell.setattr(logs, "REMEMBERED", 10)
    reader = tail(streams.began - 60_000)
    written(streams, *((-50_000 + number, f"{number}") for number in range(200)))
    (told,) = reader._told.values()
    remembered = [(line.text, len(told._ids)) for line in reader.read()]
    assert [line for line, _ in remembered] == [str(number) for number in range(200)]
    assert max(count for _, count in remembered) <= 10
    assert list(reader.read()) == []
