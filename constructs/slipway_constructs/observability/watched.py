"""An alarm as this app makes all of those that tell somebody."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from slipway_constructs.observability.alarm_text import AlarmText

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
BREACHING = cloudwatch.TreatMissingData.BREACHING
NOT_BREACHING = cloudwatch.TreatMissingData.NOT_BREACHING


@dataclass(frozen=True)
class Watched:
    """When an alarm goes off, and what it says.

    Attributes:
        says: what it means, as `AlarmText.of` takes it.
        section: of the runbook.
        periods: of the metric, that are looked at.
        breaching: of these, so many have to be beyond the threshold.
        missing: what a period without a value counts as; whoever makes one says why.
    """

    metric: cloudwatch.IMetric
    threshold: float
    says: str
    section: str
    periods: int
    breaching: int
    missing: cloudwatch.TreatMissingData
    comparison: cloudwatch.ComparisonOperator = AT_LEAST


def watch(scope: Construct, id: str, watched: Watched, *, text: AlarmText, tell: sns.ITopic | None) -> cloudwatch.Alarm:
    """An alarm that tells that topic when it goes off and when it is over; with None it is left to others to tell."""
    alarm = cloudwatch.Alarm(
        scope,
        id,
        metric=watched.metric,
        comparison_operator=watched.comparison,
        threshold=watched.threshold,
        evaluation_periods=watched.periods,
        datapoints_to_alarm=watched.breaching,
        treat_missing_data=watched.missing,
        alarm_description=text.of(watched.says, watched.section),
    )
    if tell:
        alarm.add_alarm_action(actions.SnsAction(tell))
        alarm.add_ok_action(actions.SnsAction(tell))
    return alarm
