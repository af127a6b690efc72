"""CloudWatch alarms: metric math, which MiniStack refuses, and composite alarms, whose API it has."""

from typing import Any

from sandbox.emulator.handlers import Properties, Provisioned, Resource
from sandbox.emulator.internals import internal, replace
from sandbox.emulator.loopback import client, request, shaped
from sandbox.emulator.tags import tags_of

_SERVICE = "services.cloudwatch"
_Alarm = dict[str, Any]
# What an alarm on one metric has and an alarm on metric math has not.
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def keep_metric_math() -> None:
    """Let PutMetricAlarm and CloudFormation take alarms on metric math.

    MiniStack's CloudFormation refuses `Metrics`, and its PutMetricAlarm drops them and describes the alarm as one on a
    metric without a name.
    """
    replace("services.cloudformation.provisioners", "_cw_metric_alarm_record", _with_metrics_of_templates)
    replace(_SERVICE, "_put_metric_alarm", _with_metrics_of_requests)


class CompositeAlarm:
    """AWS::CloudWatch::CompositeAlarm: `Ref` is the name."""

    def create(self, resource: Resource) -> Provisioned:
        """Put the alarm; the alarms of its rule have to exist."""
        name = resource.properties.get("AlarmName") or internal(
            "services.cloudformation.provisioners", "_physical_name"
        )(resource.stack_name, resource.logical_id, max_len=255)
        return self._put(name, resource.properties)

    def update(self, resource: Resource) -> Provisioned:
        """Put the alarm again under its name."""
        return self._put(resource.physical_id, resource.properties)

    def delete(self, resource: Resource) -> None:
        """Delete the alarm; DeleteAlarms takes one that does not exist for deleted."""
        client("cloudwatch").delete_alarms(AlarmNames=[resource.physical_id])

    def _put(self, name: str, properties: Properties) -> Provisioned:
        # PutCompositeAlarm refuses the stack's own tags, which begin with "aws:".
        tags = [tag for tag in tags_of(properties) if not tag["Key"].startswith("aws:")]
        cloudwatch = client("cloudwatch")
        known = {**properties, "AlarmName": name, "Tags": tags}
        cloudwatch.put_composite_alarm(**request("cloudwatch", "PutCompositeAlarm", known))
        alarms = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        return Provisioned(name, {"Arn": alarms[0]["AlarmArn"]})


def _with_metrics_of_templates(original: Any) -> Any:
    def record(name: str, properties: Properties) -> _Alarm:
        if not properties.get("Metrics"):
            alarm: _Alarm = original(name, properties)
            return _of_one_statistic(alarm)
        # MiniStack checks the rest of the properties and asks for these three.
        complete = {"Threshold": 0, **properties, "Metrics": None, "MetricName": "-", "Namespace": "-"}
        return _of_metric_math(original(name, complete), properties)

    return record


def _with_metrics_of_requests(original: Any) -> Any:
    def put(parameters: Any, data: dict[str, Any], *protocol: bool) -> Any:
        answer = original(parameters, data, *protocol)
        alarms = internal(_SERVICE, "_alarms")
        name = data.get("AlarmName")
        if name in alarms:
            alarms[name] = (
                _of_metric_math(alarms[name], data) if data.get("Metrics") else _of_one_statistic(alarms[name])
            )
        return answer

    return put


def _of_metric_math(alarm: _Alarm, asked: dict[str, Any]) -> _Alarm:
    model = client("cloudwatch").meta.service_model.operation_model("PutMetricAlarm").input_shape
    kept = {name: value for name, value in alarm.items() if name not in _OF_ONE_METRIC}
    if asked.get("ThresholdMetricId"):
        del kept["Threshold"]
        kept["ThresholdMetricId"] = asked["ThresholdMetricId"]
    return {**kept, "Metrics": shaped(model.members["Metrics"], asked["Metrics"], "Metrics")}


def _of_one_statistic(alarm: _Alarm) -> _Alarm:
    # MiniStack describes an alarm on a percentile as one on the average too.
    return {name: value for name, value in alarm.items() if name != "Statistic" or not alarm.get("ExtendedStatistic")}
