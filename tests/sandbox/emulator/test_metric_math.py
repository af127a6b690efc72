"""Expressions of metric math, and the states of alarms that follow from values."""

import pytest

from sandbox.emulator.monitoring.alarm_states import Rule
from sandbox.emulator.monitoring.metric_math import Series, UnsupportedExpressionError, evaluate

TIMES = (0.0, 60.0, 120.0)
KNOWN: dict[str, Series] = {
    "errors": {60.0: 5.0},
    "requests": {0.0: 10.0, 60.0: 100.0},
    "latency": {0.0: 3.0, 60.0: 0.5},
    "nothing": {},
}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("errors", {60.0: 5.0}),
        ("2 + 3 * 4 - 6 / 2 ^ 1", {0.0: 11.0, 60.0: 11.0, 120.0: 11.0}),
        ("-(errors - 1.5)", {60.0: -3.5}),
        ("100 * errors / requests", {60.0: 5.0}),
        ("requests / (errors - 5)", {}),
        ("FILL(errors, 0) + FILL(nothing, 0)", {0.0: 0.0, 60.0: 5.0, 120.0: 0.0}),
        ("FILL(errors, REPEAT)", {60.0: 5.0, 120.0: 5.0}),
        ("IF(requests >= 100, 100 * FILL(errors, 0) / requests, 0)", {0.0: 0.0, 60.0: 5.0}),
        ("IF(requests >= 100, latency, 0)", {0.0: 0.0, 60.0: 0.5}),
        ("IF(requests > 10 AND latency < 1, 1, 0)", {0.0: 0.0, 60.0: 1.0}),
        ("requests < 50 || errors == 5", {60.0: 1.0}),
        ("MAX([requests, errors])", {0.0: 10.0, 60.0: 100.0}),
        ("SUM([FILL(errors, 0), FILL(requests, 0)])", {0.0: 10.0, 60.0: 105.0, 120.0: 0.0}),
        ("requests / MAX(requests)", {0.0: 0.1, 60.0: 1.0}),
        ("CEIL(latency) + abs(-1)", {0.0: 4.0, 60.0: 2.0}),
    ],
)
def test_an_expression_has_values_where_its_series_have(expression: str, values: Series) -> None:
    assert evaluate(expression, KNOWN, TIMES) == values


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "errors +",
        "(errors",
        "errors requests",
        "unknown",
        "SEARCH('x', 'Sum', 60)",
        "FILL(1, 2",
        "[errors, requests]",
    ],
)
def test_what_is_not_understood_is_said(expression: str) -> None:
    with pytest.raises(UnsupportedExpressionError):
        evaluate(expression, KNOWN, TIMES)


# From the tables in "Configuring how CloudWatch alarms treat missing data": 0 is within the threshold, X beyond it.
@pytest.mark.parametrize(
    ("values", "periods", "to_alarm", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0-X-X", 3, 3, "OK", "OK", "OK", "OK"),
        ("0----", 3, 3, "OK", "OK", "OK", "OK"),
        ("-----", 3, 3, "INSUFFICIENT_DATA", "before", "ALARM", "OK"),
        ("0XX-X", 3, 3, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("----X", 3, 3, "INSUFFICIENT_DATA", "before", "ALARM", "OK"),
        ("X----", 3, 3, "ALARM", "before", "ALARM", "OK"),
        ("--X--", 3, 3, "ALARM", "before", "ALARM", "OK"),
        ("0-X-X", 3, 2, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("00X0X", 3, 2, "ALARM", "ALARM", "ALARM", "ALARM"),
        ("0-X--", 3, 2, "OK", "OK", "ALARM", "OK"),
        ("----0", 3, 2, "OK", "OK", "ALARM", "OK"),
        ("---X-", 3, 2, "ALARM", "before", "ALARM", "OK"),
        ("----X", 3, 2, "INSUFFICIENT_DATA", "before", "ALARM", "OK"),
        ("00000", 1, 1, "OK", "OK", "OK", "OK"),
        ("0000X", 1, 1, "ALARM", "ALARM", "ALARM", "ALARM"),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(
    values: str, periods: int, to_alarm: int, missing: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    series = {float(at): {"0": 0.0, "X": 9.0}[value] for at, value in enumerate(values) if value != "-"}

    def state(treatment: str) -> str:
        return Rule("GreaterThanThreshold", 5.0, periods, to_alarm, treatment).state("before", series, range(5))[0]

    expected = missing, ignore, breaching, not_breaching
    assert tuple(state(each) for each in ("missing", "ignore", "breaching", "notBreaching")) == expected


def test_the_reason_is_in_the_words_of_cloudwatch() -> None:
    rule = Rule("GreaterThanOrEqualToThreshold", 50.0, 3, 2, "notBreaching")
    state, reason = rule.state("OK", {0.0: 60.0, 60.0: 3.0, 120.0: 57.0}, TIMES)
    assert (state, reason) == (
        "ALARM",
        "Threshold Crossed: 2 out of the last 3 datapoints [57.0 (01/01/70 00:02:00), 60.0 (01/01/70 00:00:00)] were "
        "greater than or equal to the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition).",
    )
    assert rule.state("ALARM", {}, TIMES)[1] == (
        "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as "
        "[NonBreaching]."
    )
