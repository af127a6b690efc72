"""`slipway logs`: which lines it prints, in which order, how often, and when it ends."""

import datetime as dt
import io
import json
import os
import sys
import time
from typing import Any

import pytest

from operations.logs import Line, Source
from operations.rendering.logs import record, text
from tests.operations import deployed
from tests.operations.conftest import Slipway
from tests.operations.deployed import LOG_GROUP
from tests.operations.log_streams import LogStreams
from tests.operations.recorded_aws import RecordedAws

ONE, TWO = "1" * 32, "2" * 32
OLDER = deployed.DEFINITION.replace(":7", ":6")
SOURCE = Source(LOG_GROUP, "service", "service/service/")


@pytest.fixture
def streams(recorded_aws: RecordedAws) -> LogStreams:
    """A service that is deployed, and its log group."""
    deployed.record(recorded_aws)
    streams = LogStreams()
    recorded_aws.answer("FilterLogEvents", streams.answer)
    streams.write(LOG_GROUP, f"service/service/{ONE}", streams.began - 3_600_000, "an hour ago")
    return streams


def written(streams: LogStreams, *lines: tuple[str, int, str]) -> None:
    for task, milliseconds, message in lines:
        streams.write(LOG_GROUP, f"service/service/{task}", streams.began + milliseconds, message)


def while_followed(shell: pytest.MonkeyPatch, *steps: Any) -> None:
    """What happens between two looks; then somebody presses Ctrl-C."""
    remaining = iter(steps)

    def sleep(_seconds: float) -> None:
        step = next(remaining, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    shell.setattr(time, "sleep", sleep)


def test_the_streams_of_all_tasks_are_one_in_the_order_of_time(streams: LogStreams, slipway: Slipway) -> None:
    written(streams, (ONE, -5000, "first\n"), (TWO, -3000, "third"), (ONE, -4000, "second"), (TWO, -2000, "fourth"))
    ended = slipway("logs", "dev")
    assert ended.stdout.splitlines() == ["11111111 first", "11111111 second", "22222222 third", "22222222 fourth"]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_a_message_of_several_lines_names_its_task_on_each(streams: LogStreams, slipway: Slipway) -> None:
    written(streams, (ONE, -1000, "Traceback:\n  File\n"))
    assert slipway("logs", "dev").stdout == "11111111 Traceback:\n11111111   File\n"


def test_since_says_how_far_back_it_begins(streams: LogStreams, slipway: Slipway) -> None:
    written(streams, (ONE, -1000, "now"))
    assert slipway("logs", "dev", "--since", "1h30m").stdout == "11111111 an hour ago\n11111111 now\n"
    assert slipway("logs", "dev", "--since", "59m").stdout == "11111111 now\n"


@pytest.mark.parametrize("since", ["2026-01-02T03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T08:04:05+05:00"])
def test_a_time_is_utc_unless_it_says_otherwise(since: str, streams: LogStreams, slipway: Slipway) -> None:
    slipway("logs", "dev", "--since", since)
    assert streams.asked[0]["startTime"] == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("since", "complaint"),
    [
        ("soon", "must be a duration such as 90s"),
        ("10", "must be a duration such as 90s"),
        ("9999999999999w", "must be a duration such as 90s"),
        ("2999-01-01", "must be in the past, is '2999-01-01'"),
    ],
)
def test_a_time_that_is_none_is_bad_input(since: str, complaint: str, slipway: Slipway) -> None:
    ended = slipway("logs", "dev", "--since", since)
    assert complaint in " ".join(ended.stderr.replace("│", "").split())
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_nothing_is_said_apart_from_the_data(streams: LogStreams, slipway: Slipway) -> None:
    ended = slipway("logs", "dev", "--since", "1m")
    assert ended.stderr.startswith("dev: nothing since 20")
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert len(streams.asked) == 1


@pytest.mark.parametrize(
    ("wanted", "pattern"),
    [("GET /a?b=1", "%GET%"), ("ERROR", "%ERROR%"), ('("', ""), ("Überlauf im Puffer", "%berlauf%")],
)
def test_a_filter_finds_the_very_text_and_aws_leaves_out_most_of_the_rest(
    wanted: str, pattern: str, streams: LogStreams, slipway: Slipway
) -> None:
    written(
        streams, (ONE, -2000, f"<{wanted}>"), (ONE, -1000, f"<{wanted.swapcase()}>"), (ONE, -500, "/a ERROR berlauf")
    )
    ended = slipway("logs", "dev", "--filter", wanted)
    assert ended.stdout.splitlines()[0] == f"11111111 <{wanted}>"
    assert all(wanted in line for line in ended.stdout.splitlines())
    assert streams.asked[0]["filterPattern"] == pattern


def test_a_task_is_found_by_the_beginning_of_its_id(streams: LogStreams, slipway: Slipway) -> None:
    written(streams, (ONE, -2000, "of one"), (TWO, -1000, "of two"))
    assert slipway("logs", "dev", "--task", TWO[:8]).stdout == "22222222 of two\n"
    assert streams.asked[0]["logStreamNamePrefix"] == f"service/service/{TWO[:8]}"


def test_in_a_rollout_the_log_groups_of_both_revisions_are_read(
    streams: LogStreams, slipway: Slipway, recorded_aws: RecordedAws
) -> None:
    rollouts = [
        deployed.deployment(rolloutState="IN_PROGRESS"),
        deployed.deployment("ecs-svc/6", status="ACTIVE", taskDefinition=OLDER),
    ]
    recorded_aws.records("DescribeServices", {"services": [deployed.service(deployments=rollouts)]})
    elsewhere = {"logDriver": "awslogs", "options": {"awslogs-group": "older", "awslogs-stream-prefix": "service"}}
    definition = deployed.task_definition(
        taskDefinitionArn=OLDER, containerDefinitions=[deployed.container(logConfiguration=elsewhere)]
    )
    recorded_aws.records("DescribeTaskDefinition", {"taskDefinition": definition}, taskDefinition=OLDER)
    streams.write("older", f"service/service/{TWO}", streams.began - 2000, "old")
    written(streams, (ONE, -1000, "new"))
    assert slipway("logs", "dev").stdout == "22222222 old\n11111111 new\n"


def test_containers_are_told_apart_where_there_are_several(
    streams: LogStreams, slipway: Slipway, recorded_aws: RecordedAws
) -> None:
    containers = [deployed.container(), deployed.container(name="collector", essential=False)]
    definition = deployed.task_definition(containerDefinitions=containers)
    recorded_aws.records("DescribeTaskDefinition", {"taskDefinition": definition})
    written(streams, (ONE, -1000, "b"))
    streams.write(LOG_GROUP, f"service/collector/{ONE}", streams.began - 2000, "a")
    streams.write(LOG_GROUP, "not of this service", streams.began - 2000, "c")
    assert slipway("logs", "dev").stdout == "11111111/collector a\n11111111/service b\n"


def test_as_json_every_line_is_an_object(streams: LogStreams, slipway: Slipway) -> None:
    written(streams, (ONE, -2000, 'say "hi"\n'), (TWO, -1000, "\x1b[31m"))
    lines = [json.loads(line) for line in slipway("logs", "dev", "--json").stdout.splitlines()]
    assert [(line["task"], line["container"], line["message"]) for line in lines] == [
        (ONE, "service", 'say "hi"'),
        (TWO, "service", "\x1b[31m"),
    ]
    at = dt.datetime.fromtimestamp((streams.began - 2000) / 1000, dt.UTC)
    assert lines[0]["at"] == f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def test_a_json_line_is_printed_for_people_and_as_json_as_it_came(streams: LogStreams, slipway: Slipway) -> None:
    message = json.dumps(
        {
            "level": "ERROR",
            "logger": "app",
            "message": "no database",
            "exception": "Traceback:\n  File",
            "trace_id": "4bf9",
        }
    )
    written(streams, (ONE, -1000, message))
    assert slipway("logs", "dev").stdout.splitlines() == [
        *("11111111 ERROR app: no database trace_id=4bf9", "11111111 Traceback:", "11111111   File")
    ]
    assert json.loads(slipway("logs", "dev", "--json").stdout)["message"] == message


def test_following_prints_what_is_new_once_and_ctrl_c_ends_it_well(
    streams: LogStreams, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    written(streams, (ONE, -2000, "before"))
    while_followed(
        shell,
        lambda: written(streams, (TWO, 500, "later")),
        lambda: None,
        lambda: written(streams, (ONE, 100, "older, but arrived last"), (ONE, 500, "of the same millisecond")),
    )
    ended = slipway("logs", "dev", "--follow")
    assert [line.partition(" ")[2] for line in ended.stdout.splitlines()] == [
        *("before", "later", "older, but arrived last", "of the same millisecond")
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_ctrl_c_while_it_reads_ends_following_well_too(healthy: RecordedAws, slipway: Slipway) -> None:
    def interrupt(_asked: dict[str, Any]) -> dict[str, Any]:
        raise KeyboardInterrupt

    healthy.answer("FilterLogEvents", interrupt)
    assert slipway("logs", "dev", "--follow").exit_code == 0
    assert slipway("logs", "dev").exit_code != 0


def test_while_aws_is_busy_following_asks_again_later_and_misses_nothing(
    streams: LogStreams, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    written(streams, (ONE, -2000, "before"))

    def recovered() -> None:
        streams.busy = False
        written(streams, (ONE, 100, "while it was busy"))

    while_followed(
        shell,
        lambda: setattr(streams, "busy", True),
        lambda: None,
        recovered,
    )
    ended = slipway("logs", "dev", "--follow")
    assert ended.stdout.splitlines() == ["11111111 before", "11111111 while it was busy"]
    told = ended.stderr.splitlines()
    assert [line.rpartition("; ")[2] for line in told] == ["asking again in 4 s", "asking again in 8 s"]
    assert ended.exit_code == 0


def test_a_reader_that_has_enough_is_no_failure(
    streams: LogStreams, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    written(streams, (ONE, -2000, "before"))
    reading, writing = os.pipe()
    os.close(reading)
    with io.TextIOWrapper(os.fdopen(writing, "wb")) as pipe:
        shell.setattr(sys, "stdout", pipe)
        ended = slipway("logs", "dev", "--follow")
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_what_a_log_says_is_not_obeyed_by_a_terminal() -> None:
    line = Line(dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC), ONE, "service", "\x1b]0;title\x07\ttab\r\nnext")
    assert text(line, visible=True) == "11111111 \\x1b]0;title\\x07\ttab\\x0d\n11111111 next\n"
    escaped = Line(line.at, ONE, "service", '{"level": "INFO", "message": "\\u001b]0;title"}')
    assert text(escaped, visible=True) == "11111111 INFO \\x1b]0;title\n"
    assert text(line) == "11111111 \x1b]0;title\x07\ttab\r\n11111111 next\n"
    assert text(line, with_time=True).startswith("2026-11-24T06:30:00.000Z 11111111 ")
    assert json.loads(record(line))["at"] == "2026-11-24T06:30:00.000Z"


def test_without_cloudwatch_logs_it_says_whose_output_is_elsewhere(healthy: RecordedAws, slipway: Slipway) -> None:
    container = deployed.container(logConfiguration={"logDriver": "awsfirelens"})
    definition = deployed.task_definition(containerDefinitions=[container])
    healthy.records("DescribeTaskDefinition", {"taskDefinition": definition})
    ended = slipway("logs", "dev")
    assert ended.stderr.startswith(
        "slipway: no container of slipwaydevserviceWebService:7 writes to CloudWatch Logs.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_a_log_group_that_was_removed_is_named(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.refuses("FilterLogEvents", "ResourceNotFoundException", "The specified log group does not exist.")
    ended = slipway("logs", "dev")
    assert f"the log group {LOG_GROUP}, to which the container service writes, does not exist" in ended.stderr
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_a_service_that_is_gone_is_said(healthy: RecordedAws, slipway: Slipway) -> None:
    healthy.records("DescribeServices", {"services": []})
    assert slipway("logs", "dev").stderr.startswith("slipway: the service slipway-dev is not in the cluster")
