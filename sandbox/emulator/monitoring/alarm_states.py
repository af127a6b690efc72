"""From the values of a metric to the state of its alarm, and CloudWatch's words for it; asks nobody.

By the rules of "Configuring how CloudWatch alarms treat missing data": an alarm looks at some more periods than it has
to evaluate, prefers real values to missing ones, and treats missing ones as it is told only where there are too few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.emulator.monitoring.metric_math import Series

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

_MORE_PERIODS = 2  # CloudWatch does not say how many; its examples show two

_BREACHES: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (lambda value, limit: value >= limit, "greater than or equal to"),
    "GreaterThanThreshold": (lambda value, limit: value > limit, "greater than"),
    "LessThanOrEqualToThreshold": (lambda value, limit: value <= limit, "less than or equal to"),
    "LessThanThreshold": (lambda value, limit: value < limit, "less than"),
}


@dataclass(frozen=True)
class Rule:
    """When an alarm fires.

    Attributes:
        periods: that are evaluated.
        to_alarm: of these have to breach the threshold.
        missing: `breaching`, `notBreaching`, `ignore` or `missing`.
    """

    comparison: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str

    @classmethod
    def of(cls, alarm: dict[str, Any]) -> "Rule | None":
        """Return the rule of an alarm; None if its comparison is with an anomaly detection band."""
        comparison, periods = str(alarm.get("ComparisonOperator")), int(alarm.get("EvaluationPeriods") or 1)
        if comparison not in _BREACHES or alarm.get("Threshold") is None:
            return None
        to_alarm = int(alarm.get("DatapointsToAlarm") or periods)
        treatment = alarm.get("TreatMissingData") or "missing"
        return cls(comparison, float(alarm["Threshold"]), periods, to_alarm, treatment)

    @property
    def looks_at(self) -> int:
        """How many periods are looked at."""
        return self.periods + _MORE_PERIODS

    def state(self, before: str, series: Series, times: Sequence[float]) -> tuple[str, str]:
        """Return the state that follows from the values of some periods, and its reason.

        Args:
            before: the state until now.
            times: the beginnings of the periods that are looked at, in ascending order.
        """
        newest = dict(sorted(series.items())[-self.periods :])
        ages = [len(times) - times.index(at) for at, value in newest.items() if self._breaches(value)]
        lacking = self.periods - len(newest)
        state = self._state(before, len(newest), ages, lacking)
        if state == INSUFFICIENT_DATA:
            return state, f"Insufficient Data: {_counted(lacking, 'datapoint')} {_was(lacking)} unknown."
        return state, self._reason(state, newest, lacking)

    def _state(self, before: str, real: int, ages: Sequence[int], lacking: int) -> str:
        """Return the state.

        Args:
            real: how many values are evaluated.
            ages: of those that breach the threshold, in periods; 1 is the newest.
            lacking: how many values there are too few.
        """
        if self.missing == "breaching":
            return ALARM if len(ages) + lacking >= self.to_alarm else OK
        if len(ages) >= self.to_alarm:
            return ALARM
        undecided = lacking > 0 and len(ages) == real
        if not undecided or self.missing == "notBreaching":
            return OK
        if self.missing == "ignore":
            return before
        return ALARM if max(ages, default=0) >= self.to_alarm else INSUFFICIENT_DATA

    def _breaches(self, value: float) -> bool:
        return _BREACHES[self.comparison][0](value, self.threshold)

    def _reason(self, state: str, newest: Series, lacking: int) -> str:
        words, limit = _BREACHES[self.comparison][1], f"the threshold ({self.threshold})"
        if not newest:
            treated = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(self.missing, "ignored")
            return (
                f"Threshold Crossed: no datapoints were received for {_counted(self.periods, 'period')} and "
                f"{_counted(lacking, 'missing datapoint')} {_was(lacking)} treated as [{treated}]."
            )
        told = {at: value for at, value in newest.items() if self._breaches(value) == (state == ALARM)} or newest
        values = ", ".join(f"{value} ({_stamp(at)})" for at, value in sorted(told.items(), reverse=True))
        return (
            f"Threshold Crossed: {len(told)} out of the last {_counted(self.periods, 'datapoint')} [{values}] "
            f"{_was(len(told))}{'' if state == ALARM else ' not'} {words} {limit} "
            f"(minimum {_counted(self.to_alarm, 'datapoint')} for {'OK -> ALARM' if state == ALARM else 'ALARM -> OK'} "
            "transition)."
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _stamp(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d/%m/%y %H:%M:%S}"
