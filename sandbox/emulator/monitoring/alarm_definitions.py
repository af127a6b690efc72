"""The definitions of alarms as CloudWatch keeps them, with metric math, which MiniStack refuses."""

from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.loopback import client, shaped

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


def _with_metrics_of_templates(original: Any) -> Any:
    def record(name: str, properties: dict[str, Any]) -> _Alarm:
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
