"""Alarms on metric math and composite alarms, read back and moved through CloudWatch's API."""

import json
from collections.abc import Callable
from typing import Any

METRIC = {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount", "Dimensions": [{"Name": "a", "Value": "b"}]}


def error_rate(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "error-rate",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": "3",
            "DatapointsToAlarm": 2,
            "Threshold": "1.5",
            "TreatMissingData": "notBreaching",
            "Metrics": [
                {"Id": "rate", "Expression": "100 * errors / requests", "Label": "Errors in %", "ReturnData": "true"},
                {"Id": "errors", "MetricStat": {"Metric": METRIC, "Period": "60", "Stat": "Sum"}, "ReturnData": False},
                {"Id": "requests", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
            ],
            **properties,
        },
    }


QUERIES = [
    {"Id": "rate", "Expression": "100 * errors / requests", "Label": "Errors in %", "ReturnData": True},
    {"Id": "errors", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
    {"Id": "requests", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
]
OF_ONE_METRIC = {"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit"}


def test_an_alarm_on_metric_math_is_described_with_its_expression(aws: Callable[[str], Any], stacks: Any) -> None:
    cloudwatch = aws("cloudwatch")
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Alarm", "Arn"]}}}
    created = stacks.deploy({"Alarm": error_rate(Tags=[{"Key": "severity", "Value": "page"}])}, Outputs=outputs)
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"]
    assert created == {"Arn": alarm["AlarmArn"]}
    assert alarm["Metrics"] == QUERIES
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (1.5, 3, 2)
    assert (alarm["StateValue"], alarm["TreatMissingData"]) == ("INSUFFICIENT_DATA", "notBreaching")
    assert OF_ONE_METRIC.isdisjoint(alarm)
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert {"Key": "severity", "Value": "page"} in tags

    stacks.deploy({"Alarm": error_rate(Threshold=5)}, Outputs=outputs)
    assert cloudwatch.describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"][0]["Threshold"] == 5

    stacks.delete()
    assert cloudwatch.describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"] == []


def test_the_api_keeps_metric_math_too(aws: Callable[[str], Any]) -> None:
    cloudwatch = aws("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="band",
        ComparisonOperator="GreaterThanUpperThreshold",
        EvaluationPeriods=1,
        ThresholdMetricId="band",
        Metrics=[
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(requests, 2)"},
            {"Id": "requests", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": True},
        ],
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["band"])["MetricAlarms"]
    assert alarm["ThresholdMetricId"] == alarm["Metrics"][0]["Id"] == "band"
    assert OF_ONE_METRIC.isdisjoint(alarm)
    assert "Threshold" not in alarm


def test_an_alarm_on_metric_math_notifies_when_it_is_set(
    aws: Callable[[str], Any], stacks: Any, poll: Callable[..., Any]
) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms"}}
    stacks.deploy({"Topic": topic, "Alarm": error_rate(AlarmActions=[{"Ref": "Topic"}])})
    queue = aws("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("sns").subscribe(TopicArn=stacks.reference("Topic"), Protocol="sqs", Endpoint=arn)

    aws("cloudwatch").set_alarm_state(AlarmName="error-rate", StateValue="ALARM", StateReason="a drill")

    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Metrics"]) == ("ALARM", QUERIES)
    (received,) = poll(lambda: aws("sqs").receive_message(QueueUrl=queue).get("Messages"))
    notification = json.loads(json.loads(received["Body"])["Message"])
    assert (notification["AlarmName"], notification["NewStateValue"]) == ("error-rate", "ALARM")


def test_the_state_of_an_alarm_survives_its_update(aws: Callable[[str], Any], stacks: Any) -> None:
    stacks.deploy({"Alarm": error_rate()})
    aws("cloudwatch").set_alarm_state(AlarmName="error-rate", StateValue="ALARM", StateReason="a drill")
    stacks.deploy({"Alarm": error_rate(Threshold=9)})
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["Threshold"]) == ("ALARM", 9)


def test_an_alarm_on_a_percentile_is_not_one_on_the_average(aws: Callable[[str], Any], stacks: Any) -> None:
    slow = error_rate(**METRIC, ExtendedStatistic="p99", Period=60)
    del slow["Properties"]["Metrics"]
    stacks.deploy({"Alarm": slow})
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"]
    assert (alarm["ExtendedStatistic"], "Statistic" in alarm) == ("p99", False)


def test_deployment_alarms_of_every_kind_are_set_and_found_by_their_state(
    aws: Callable[[str], Any], stacks: Any
) -> None:
    cloudwatch = aws("cloudwatch")
    slow = error_rate(**METRIC, AlarmName="slow", ExtendedStatistic="p99", Period=60)
    del slow["Properties"]["Metrics"]
    stacks.deploy({"Slow": slow, "Rate": error_rate()})

    def in_state(state: str) -> set[str]:
        return {alarm["AlarmName"] for alarm in cloudwatch.describe_alarms(StateValue=state)["MetricAlarms"]}

    assert in_state("INSUFFICIENT_DATA") == {"slow", "error-rate"}
    cloudwatch.set_alarm_state(AlarmName="slow", StateValue="ALARM", StateReason="a drill")
    cloudwatch.set_alarm_state(AlarmName="error-rate", StateValue="OK", StateReason="a drill")
    assert (in_state("ALARM"), in_state("OK")) == ({"slow"}, {"error-rate"})
    both = cloudwatch.describe_alarms(AlarmNames=["slow", "error-rate"])["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["StateReason"] for alarm in both} == {"slow": "a drill", "error-rate": "a drill"}


def test_a_composite_alarm_follows_the_alarms_of_its_rule(aws: Callable[[str], Any], stacks: Any) -> None:
    cloudwatch = aws("cloudwatch")
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Any", "Arn"]}}, "Name": {"Value": {"Ref": "Any"}}}

    def composite(description: str) -> dict[str, Any]:
        properties = {
            "AlarmRule": {"Fn::Sub": 'ALARM("${Alarm.Arn}")'},
            "AlarmDescription": description,
            "ActionsEnabled": "false",
            "Tags": [{"Key": "severity", "Value": "page"}],
        }
        return {
            "Alarm": error_rate(),
            "Any": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": properties},
        }

    def described() -> dict[str, Any]:
        found: dict[str, Any] = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]
        return found

    created = stacks.deploy(composite("first"), Outputs=outputs)
    assert (described()["AlarmName"], described()["AlarmArn"]) == (created["Name"], created["Arn"])
    assert (described()["StateValue"], described()["ActionsEnabled"]) == ("OK", False)
    tags = cloudwatch.list_tags_for_resource(ResourceARN=created["Arn"])["Tags"]
    assert {"Key": "severity", "Value": "page"} in tags

    cloudwatch.set_alarm_state(AlarmName="error-rate", StateValue="ALARM", StateReason="a drill")
    assert described()["StateValue"] == "ALARM"

    assert stacks.deploy(composite("second"), Outputs=outputs) == created
    assert described()["AlarmDescription"] == "second"

    stacks.delete()
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []
