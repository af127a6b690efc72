"""What CloudWatch has measured, as series: of one metric by exactly its dimensions, or of an expression.

MiniStack 1.5.33 evaluates no expression in GetMetricData.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.monitoring import measurements
from sandbox.emulator.monitoring.metric_math import Series, UnsupportedExpressionError, evaluate

_CLOUDWATCH = "services.cloudwatch"
_DISORDER_SECONDS = 120.0  # by which a value may be written after one that is newer
_Query = dict[str, Any]


def answer_expressions() -> None:
    """Let GetMetricData evaluate expressions, and see what was measured a moment ago."""
    replace(_CLOUDWATCH, "_get_metric_data", _with_expressions)
    replace(_CLOUDWATCH, "_get_metric_statistics", _with_the_newest)
    # It copies every value at every request, and what is measured meanwhile is lost; nothing here is two weeks old.
    replace(_CLOUDWATCH, "_evict_old_metrics", lambda _: lambda: None)


def series_of(query: _Query, queries: Sequence[_Query], begin: float, end: float, scale: float = 1.0) -> Series:
    """Return the values that a query of GetMetricData or of an alarm has from `begin` to `end`. Needs the scope.

    Args:
        queries: all of them; an expression names others by their ids.
        scale: by which periods are divided.

    Raises:
        UnsupportedExpressionError: An expression cannot be evaluated, or names itself.
    """
    return _Evaluation(queries, begin, end, scale).of(query, frozenset())


def period_of(query: _Query, queries: Sequence[_Query]) -> int:
    """Return the period of a query in seconds: its own, or that of the metrics of its expression."""
    if "MetricStat" in query:
        return int(query["MetricStat"].get("Period") or 60)
    own = [int(each["MetricStat"].get("Period") or 60) for each in queries if "MetricStat" in each]
    return int(query.get("Period") or max(own, default=60))


def _with_the_newest(original: Any) -> Any:
    def get(*request: Any) -> Any:
        measurements.write()
        return original(*request)

    return get


def _with_expressions(original: Any) -> Any:
    def get(parameters: Any, data: dict[str, Any], is_cbor: Any, is_json: Any = None) -> Any:
        measurements.write()
        queries = data.get("MetricDataQueries") or []
        if not any(query.get("Expression") for query in queries):
            return original(parameters, data, is_cbor, is_json)
        parse = internal(_CLOUDWATCH, "_parse_ts")
        begin, end = parse(data["StartTime"]), parse(data["EndTime"])
        results = [_result(each, queries, begin, end) for each in queries if each.get("ReturnData", True)]
        if is_cbor:
            encode = internal(_CLOUDWATCH, "_cbor_metric_data_result")
            return internal(_CLOUDWATCH, "_cbor_ok")({"MetricDataResults": [encode(each) for each in results]})
        return internal(_CLOUDWATCH, "_json_ok")({"MetricDataResults": results})

    return get


def _result(query: _Query, queries: Sequence[_Query], begin: float, end: float) -> dict[str, Any]:
    told = {"Id": query["Id"], "Label": query.get("Label", query["Id"]), "Timestamps": [], "Values": []}
    try:
        series = series_of(query, queries, begin, end)
    except UnsupportedExpressionError as error:
        return {**told, "StatusCode": "InternalError", "Messages": [{"Code": "Unsupported", "Value": str(error)}]}
    stamp = internal(_CLOUDWATCH, "_ts_iso")
    return {
        **told,
        "StatusCode": "Complete",
        "Timestamps": [stamp(at) for at in series],
        "Values": list(series.values()),
    }


class _Evaluation:
    def __init__(self, queries: Sequence[_Query], begin: float, end: float, scale: float) -> None:
        self._queries: Mapping[str, _Query] = {each["Id"]: each for each in queries}
        self._begin, self._end, self._scale = begin, end, scale

    def of(self, query: _Query, above: frozenset[str]) -> Series:
        """Return the values; `above` are the ids of the expressions that name this query."""
        if query["Id"] in above:
            raise UnsupportedExpressionError(f"{query['Id']} names itself.")
        period = period_of(query, list(self._queries.values())) / self._scale
        if "MetricStat" in query:
            return self._measured(query["MetricStat"], period)
        known = _Known(self, above | {query["Id"]})
        first = math.floor(self._begin / period)
        count = max(0, math.ceil(self._end / period) - first)
        return evaluate(query["Expression"], known, [(first + index) * period for index in range(count)])

    def _measured(self, stat: dict[str, Any], period: float) -> Series:
        metric = stat["Metric"]
        dimensions = internal(_CLOUDWATCH, "_dims_from_list")(metric.get("Dimensions") or [])
        key = (metric["Namespace"], metric["MetricName"], internal(_CLOUDWATCH, "_dims_key")(dimensions))
        parts: dict[float, list[Any]] = {}
        for point in reversed(internal(_CLOUDWATCH, "_metrics").get(key) or []):
            if point["Timestamp"] < self._begin - _DISORDER_SECONDS:
                break
            if self._begin <= point["Timestamp"] < self._end:
                parts.setdefault(math.floor(point["Timestamp"] / period) * period, []).append(point)
        calculate, value_of = internal(_CLOUDWATCH, "_calc_stats"), internal(_CLOUDWATCH, "_stat_value")
        values = {at: value_of(calculate(points), stat["Stat"], points) for at, points in sorted(parts.items())}
        return {at: float(value) for at, value in values.items() if value is not None}

    def named(self, identifier: str, above: frozenset[str]) -> Series:
        """Return the values of the query with that id."""
        return self.of(self._queries[identifier], above)

    def has(self, identifier: object) -> bool:
        """Whether there is a query with that id."""
        return identifier in self._queries


class _Known(dict[str, Series]):
    """The series that an expression may name, each evaluated when it does."""

    def __init__(self, evaluation: _Evaluation, above: frozenset[str]) -> None:
        super().__init__()
        self._evaluation, self._above = evaluation, above

    def __contains__(self, name: object) -> bool:
        return self._evaluation.has(name)

    def __missing__(self, name: str) -> Series:
        self[name] = self._evaluation.named(name, self._above)
        return self[name]
