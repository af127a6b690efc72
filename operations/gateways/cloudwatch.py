"""What CloudWatch knows of alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

MAX_NAMES = 100
"""As many alarms one call takes: DescribeAlarms in the CloudWatch API reference."""


@dataclass(frozen=True)
class Alarm:
    """An alarm.

    Attributes:
        state: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
        reason: why it is in that state, in CloudWatch's words.
    """

    name: str
    state: str
    reason: str


class CloudWatch:
    """CloudWatch in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: CloudWatchClient = aws.client("cloudwatch")

    def alarms(self, names: Sequence[str]) -> list[Alarm]:
        """Those of these alarms that exist, in the order of the names."""
        if not names:
            return []
        described = self._client.describe_alarms(
            AlarmNames=list(names)[:MAX_NAMES], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        found = [*described.get("MetricAlarms", []), *described.get("CompositeAlarms", [])]
        alarms = {
            each["AlarmName"]: Alarm(each["AlarmName"], each["StateValue"], each.get("StateReason", ""))
            for each in found
        }
        return [alarms[name] for name in names if name in alarms]
