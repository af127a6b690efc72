"""The evaluation of alarms: at the end of each of their periods, by dimensions, statistic, M of N and missing data.

MiniStack 1.5.33 evaluates an alarm when something is published through the API, over all resources that have a metric
of that name, in one window, and no expression; that is switched off. What an alarm does when its state changes is
MiniStack's (SNS, composite alarms); here EventBridge is told, too. An alarm that somebody sets keeps that state for a
period at least. Periods go by on the clock of `clock`.

Not modelled: anomaly detection, PromQL and log alarms, metrics of other accounts, the minutes that AWS takes to
publish, actions other than SNS.
"""

import json
import math
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.emulator import background, event_bus
from sandbox.emulator.clock import clock_scale, scaled
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.monitoring import measurements
from sandbox.emulator.monitoring.alarm_states import Rule
from sandbox.emulator.monitoring.metric_math import UnsupportedExpressionError
from sandbox.emulator.monitoring.metric_values import period_of, series_of
from sandbox.emulator.scope import scope_of

_CLOUDWATCH = "services.cloudwatch"
_LONGEST_INTERVAL, _SHORTEST_INTERVAL = 1.0, 0.1
_Alarm = dict[str, Any]


@dataclass
class _Seen:
    """What was seen of an alarm.

    Attributes:
        rule: what it evaluates, as text.
        state: the last one that was seen or set here.
        since: when both became what they are.
        period: the number of the last period that was evaluated.
    """

    rule: str
    state: str
    since: float
    period: int = 0


_seen: dict[str, _Seen] = {}
"""By the ARN of the alarm."""

_changing = threading.Lock()


def evaluate_alarms() -> None:
    """Evaluate alarms from now on, and tell EventBridge when one changes its state."""
    replace(_CLOUDWATCH, "_evaluate_alarm", lambda _: lambda _alarm: None)
    replace(_CLOUDWATCH, "_dispatch_alarm_actions", _told_to_the_event_bus)
    background.repeat(min(_LONGEST_INTERVAL, max(_SHORTEST_INTERVAL, scaled(10.0))), _look)


def alarming(names: list[str]) -> list[str]:
    """Return those of these alarms that are in ALARM. Needs the scope."""
    known = [internal(_CLOUDWATCH, store) for store in ("_alarms", "_composite_alarms")]
    states = {name: (known[0].get(name) or known[1].get(name) or {}).get("StateValue") for name in names}
    return [name for name, state in states.items() if state == "ALARM"]


def _look() -> None:
    measurements.write()
    alarms = internal(_CLOUDWATCH, "_alarms").all_values()
    for gone in _seen.keys() - {alarm["AlarmArn"] for alarm in alarms}:
        del _seen[gone]
    for alarm in alarms:
        with scope_of(alarm["AlarmArn"]):
            _evaluate_in_time(alarm)


def _evaluate_in_time(alarm: _Alarm) -> None:
    rule, queries = Rule.of(alarm), _queries(alarm)
    returned = next((each for each in queries if each.get("ReturnData", True)), None)
    if rule is None or returned is None:
        return
    now, period = time.time(), scaled(period_of(returned, queries))
    seen = _look_at(alarm, now)
    number = math.floor(now / period)
    if number == seen.period or now - seen.since < period:
        return
    seen.period = number
    times = [each * period for each in range(number - rule.looks_at, number)]
    try:
        series = series_of(returned, queries, times[0], number * period, clock_scale())
    except UnsupportedExpressionError:
        return
    state, reason = rule.state(alarm["StateValue"], series, times)
    if state != alarm["StateValue"]:
        _change(alarm, state, reason)
        seen.state = state


def _look_at(alarm: _Alarm, now: float) -> _Seen:
    rule = json.dumps([Rule.of(alarm), _queries(alarm)], default=repr)
    seen = _seen.get(alarm["AlarmArn"])
    if seen is None or (seen.rule, seen.state) != (rule, alarm["StateValue"]):
        seen = _seen[alarm["AlarmArn"]] = _Seen(rule, alarm["StateValue"], now)
    return seen


def _queries(alarm: _Alarm) -> list[dict[str, Any]]:
    if alarm.get("Metrics"):
        queries: list[dict[str, Any]] = alarm["Metrics"]
        return queries
    stat = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    if not (alarm.get("MetricName") and stat):
        return []
    metric = {"Namespace": alarm["Namespace"], "MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"]}
    return [{"Id": "m1", "MetricStat": {"Metric": metric, "Period": int(alarm.get("Period") or 60), "Stat": stat}}]


def _change(alarm: _Alarm, state: str, reason: str) -> None:
    with _changing:
        before = alarm["StateValue"]
        now = int(time.time())
        alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now, StateTransitionedTimestamp=now)
        internal(_CLOUDWATCH, "_record_history")(alarm["AlarmName"], before, state, reason)
        internal(_CLOUDWATCH, "_dispatch_alarm_actions")(alarm, before, state, reason)
        internal(_CLOUDWATCH, "_evaluate_parent_alarms")(alarm)


def _told_to_the_event_bus(original: Any) -> Any:
    def dispatch(alarm: _Alarm, before: str, state: str, reason: str) -> None:
        detail = {
            "alarmName": alarm["AlarmName"],
            "state": {
                "value": state,
                "reason": reason,
                "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000",
            },
            "previousState": {"value": before},
            "configuration": _configuration(alarm),
        }
        event_bus.send("aws.cloudwatch", "CloudWatch Alarm State Change", [alarm["AlarmArn"]], detail)
        original(alarm, before, state, reason)

    return dispatch


def _configuration(alarm: _Alarm) -> dict[str, Any]:
    told = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if alarm.get("AlarmRule"):
        return {**told, "alarmRule": alarm["AlarmRule"]}
    return {**told, "metrics": [_told(query) for query in _queries(alarm)]}


def _told(query: dict[str, Any]) -> dict[str, Any]:
    """The query as EventBridge is told of it, whose words begin with a small letter."""
    known = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if "MetricStat" not in query:
        return {**known, "expression": query["Expression"], "label": query.get("Label", query["Id"])}
    stat, metric = query["MetricStat"], query["MetricStat"]["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
    named = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": dimensions}
    return {**known, "metricStat": {"metric": named, "period": stat["Period"], "stat": stat["Stat"]}}
