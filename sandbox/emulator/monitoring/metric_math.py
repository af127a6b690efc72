"""CloudWatch's metric math, as far as alarms and dashboards of services need it.

Arithmetic, comparisons, AND and OR, arrays, and the functions ABS, AVG, CEIL, FILL, FLOOR, IF, MAX, MIN and SUM ("Using
math expressions with CloudWatch metrics"). A series has a value for some of the times of a request, in order. Between
two series a value results where both have one, and none from a division by zero.

Not modelled: every other function, among them SEARCH, METRICS, RATE and anomaly detection bands; a series that has no
value at all is filled by FILL.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

Series = dict[float, float]
"""Values by the beginning of their period, in seconds since 1970."""

Value: TypeAlias = "float | Series | list[Value]"

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/^<>()\[\],]))")
_Operation = Callable[[float, float], float]


class UnsupportedExpressionError(ValueError):
    """The expression is not CloudWatch's, or needs what is not modelled."""


def _divided(a: float, b: float) -> float:
    return a / b if b else math.nan


def _truth(holds: Callable[[float, float], bool]) -> _Operation:
    return lambda a, b: float(holds(a, b))


_LEVELS: tuple[dict[str, _Operation], ...] = (
    {name: _truth(lambda a, b: bool(a) or bool(b)) for name in ("||", "OR")},
    {name: _truth(lambda a, b: bool(a) and bool(b)) for name in ("&&", "AND")},
    {
        "<": _truth(operator.lt),
        "<=": _truth(operator.le),
        ">": _truth(operator.gt),
        ">=": _truth(operator.ge),
        "==": _truth(operator.eq),
        "!=": _truth(operator.ne),
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": _divided},
    {"^": operator.pow},
)
"""Operators, those that bind least first."""

_OF_ONE: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_OF_MANY: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}


def evaluate(expression: str, known: Mapping[str, Value], times: Sequence[float]) -> Series:
    """Return the values of an expression.

    Args:
        known: series by the ids that the expression may name.
        times: at which there may be values, in ascending order.

    Raises:
        UnsupportedExpressionError: The expression cannot be evaluated; says where.
    """
    value = _Parser(expression, known, times).parsed()
    if isinstance(value, list):
        raise UnsupportedExpressionError(f"{expression}: an array is no series.")
    return value if isinstance(value, dict) else dict.fromkeys(times, value)


class _Parser:
    """Evaluates while it reads."""

    def __init__(self, text: str, known: Mapping[str, Value], times: Sequence[float]) -> None:
        self._text, self._known, self._times = text, known, times
        self._tokens = self._split(text)
        self._next = 0

    def parsed(self) -> Value:
        value = self._binary(0)
        if self._next < len(self._tokens):
            raise self._unexpected()
        return value

    def _split(self, text: str) -> list[str]:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise UnsupportedExpressionError(f"{text}: {text[at:].strip()} is not understood.")
            tokens.append(found[0].strip())
            at = found.end()
        return tokens

    def _binary(self, level: int) -> Value:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while (name := self._peek().upper()) in _LEVELS[level]:
            self._take()
            left = _combined(_LEVELS[level][name], left, self._binary(level + 1))
        return left

    def _unary(self) -> Value:
        if self._peek() == "-":
            self._take()
            return _combined(operator.mul, -1.0, self._unary())
        return self._primary()

    def _primary(self) -> Value:
        word = self._take()
        if word == "[":
            return self._listed("]")
        if word == "(":
            (value,) = self._listed(")")[:1]
            return value
        if word[:1].isdigit() or word[:1] == ".":
            return float(word)
        if self._peek() == "(":
            self._take()
            return self._called(word.upper())
        if word not in self._known:
            raise UnsupportedExpressionError(f"{self._text}: {word or 'its end'} is not expected.")
        return self._known[word]

    def _listed(self, end: str) -> list[Value]:
        values = [self._binary(0)]
        while (token := self._take()) == ",":
            values.append(self._binary(0))
        if token != end:
            raise self._unexpected()
        return values

    def _called(self, name: str) -> Value:
        if name == "FILL":
            return self._filled()
        given = self._listed(")")
        if name == "IF" and len(given) in (2, 3):
            return _chosen(given[0], given[1], given[2] if len(given) > 2 else {}, self._times)  # noqa: PLR2004 - else
        if name in _OF_ONE and len(given) == 1:
            return _mapped(_OF_ONE[name], given[0])
        if name in _OF_MANY:
            return _reduced(_OF_MANY[name], given)
        raise UnsupportedExpressionError(f"{self._text}: {name} is not modelled, or has other arguments.")

    def _filled(self) -> Value:
        series = self._binary(0)
        if self._take() != "," or not isinstance(series, dict):
            raise self._unexpected()
        if self._peek().upper() == "REPEAT":
            self._take()
            value: Value = _repeated(series, self._times)
        else:
            with_this = self._binary(0)
            value = {at: series.get(at, _at(with_this, at, 0.0)) for at in self._times}
        if self._take() != ")":
            raise self._unexpected()
        return value

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._next += 1
        return token

    def _unexpected(self) -> UnsupportedExpressionError:
        rest = " ".join(self._tokens[max(0, self._next - 1) :])
        return UnsupportedExpressionError(f"{self._text}: {rest or 'its end'} is not expected.")


def _combined(operation: _Operation, left: Value, right: Value) -> Value:
    if isinstance(left, list) or isinstance(right, list):
        raise UnsupportedExpressionError("An operator between arrays is not modelled.")
    if isinstance(left, float) and isinstance(right, float):
        return operation(left, right)
    times = left if isinstance(left, dict) else right
    assert isinstance(times, dict)  # noqa: S101 - one of the two is
    both = [at for at in times if not (isinstance(right, dict) and at not in right)]
    values = {at: operation(_at(left, at, math.nan), _at(right, at, math.nan)) for at in both}
    return {at: value for at, value in values.items() if not math.isnan(value)}


def _chosen(condition: Value, then: Value, otherwise: Value, times: Sequence[float]) -> Series:
    chosen = {}
    for at in times:
        holds = _at(condition, at, math.nan)
        if not math.isnan(holds):
            chosen[at] = _at(then if holds else otherwise, at, math.nan)
    return {at: value for at, value in chosen.items() if not math.isnan(value)}


def _mapped(function: Callable[[float], float], value: Value) -> Value:
    if isinstance(value, dict):
        return {at: float(function(each)) for at, each in value.items()}
    if isinstance(value, list):
        return [_mapped(function, each) for each in value]
    return float(function(value))


def _reduced(function: Callable[[Sequence[float]], float], given: Sequence[Value]) -> Value:
    """Of an array of series, the result at each time; of one series, the result over all times."""
    values = given[0] if len(given) == 1 and isinstance(given[0], list) else list(given)
    if len(values) == 1 and isinstance(values[0], dict):
        return float(function(list(values[0].values()))) if values[0] else {}
    times = sorted({at for each in values if isinstance(each, dict) for at in each})
    if not times:
        numbers = [each for each in values if isinstance(each, float)]
        return float(function(numbers)) if numbers else {}
    at_each = {at: [v for each in values if not math.isnan(v := _at(each, at, math.nan))] for at in times}
    return {at: float(function(numbers)) for at, numbers in at_each.items()}


def _repeated(series: Series, times: Sequence[float]) -> Series:
    filled, last = {}, math.nan
    for at in times:
        last = series.get(at, last)
        if not math.isnan(last):
            filled[at] = last
    return filled


def _at(value: Value, at: float, missing: float) -> float:
    if isinstance(value, list):
        raise UnsupportedExpressionError("An array is not expected here.")
    return value.get(at, missing) if isinstance(value, dict) else value
