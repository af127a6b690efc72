"""Metric filters of CloudWatch Logs: MiniStack keeps them, and here they count.

Of "Filter pattern syntax for metric filters" (CloudWatch Logs user guide) these are understood: terms that have to be
in a line, and for lines that are JSON objects comparisons such as `{ ($.level = "ERROR") || ($.level = "FATAL") }` of
text with `=` and `!=`, joined by `||`. A filter with another pattern counts nothing.
"""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from sandbox.emulator.internals import internal, replace

_MODULE = "services.cloudwatch_logs"
_COMPARISON = re.compile(r'\(?\s*\$\.([\w.]+)\s*(!?=)\s*"([^"]*)"\s*\)?')
_TERM = re.compile(r'"([^"]+)"|([\w.:/]+)')
_PAUSE_OF_DEFAULTS = 60.0
"""Seconds after which the value for lines that do not match is published again: CloudWatch does so every minute."""

_Matcher = Callable[[str], bool]


def count_matching_lines() -> None:
    """Let every line of a log group that a filter matches be a value of the filter's metric."""
    published: dict[tuple[str, str, str], float] = {}

    def counting(original: Any) -> Any:
        def put(data: dict[str, Any]) -> Any:
            answer = original(data)
            lines = [str(event.get("message", "")) for event in data.get("logEvents", [])]
            for (group, _name), kept in list(internal(_MODULE, "_metric_filters").items()):
                if group == data.get("logGroupName"):
                    _publish(kept, lines, published)
            return answer

        return put

    replace(_MODULE, "_put_log_events", counting)


def matcher(pattern: str) -> _Matcher:
    """What says whether a line matches; nothing matches a pattern that is not understood."""
    stripped = pattern.strip()
    if not stripped.startswith("{"):
        terms = ["".join(found) for found in _TERM.findall(stripped)]
        understood = not _TERM.sub("", stripped).strip()
        return lambda line: understood and all(term in line for term in terms)
    parts = [_COMPARISON.fullmatch(part.strip()) for part in stripped.strip("{}").split("||")]
    comparisons = [part.groups() for part in parts if part]
    if len(comparisons) < len(parts):
        return lambda _: False
    return lambda line: any(_holds(line, *comparison) for comparison in comparisons)


def _holds(line: str, path: str, operator: str, wanted: str) -> bool:
    try:
        found: Any = json.loads(line)
        for key in path.split("."):
            found = found[key]
    except (ValueError, KeyError, TypeError):
        return False
    return bool((found == wanted) == (operator == "="))


def _publish(kept: dict[str, Any], lines: list[str], published: dict[tuple[str, str, str], float]) -> None:
    matching = sum(map(matcher(kept["filterPattern"]), lines))
    for transformation in kept["metricTransformations"]:
        namespace, name = transformation["metricNamespace"], transformation["metricName"]
        place = (kept["logGroupName"], namespace, name)
        if matching:
            _put(namespace, name, [float(transformation["metricValue"])] * matching)
        elif "defaultValue" in transformation and time.monotonic() - published.get(place, -1e9) > _PAUSE_OF_DEFAULTS:
            published[place] = time.monotonic()
            _put(namespace, name, [float(transformation["defaultValue"])])


def _put(namespace: str, name: str, values: list[float]) -> None:
    data = {"Namespace": namespace, "MetricData": [{"MetricName": name, "Values": values}]}
    internal("services.cloudwatch", "_put_metric_data")({}, data, is_cbor=False, is_json=True)
