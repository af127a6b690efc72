"""The load balancer's metrics, the alarms on them, and deployments that they roll back; on a fast clock."""

import concurrent.futures
import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import PARAMETERS, PYTHON, container_service, http_server
from tests.sandbox.emulator.test_target_health import load_balancer

SCALE = 60
SERVER = http_server("""
port = 8000
def answer(path):
    if path == "/late":
        time.sleep(0.5)
    given = path.strip("/")
    return 200 if given in ("ready", "late") else int(given or os.environ["CODE"]), ""
""")
VARIABLES = {"Code": "200"}


@pytest.fixture(scope="module")
def _fast_emulator(start_emulator: Callable[..., Any], engine: Any) -> Iterator[Any]:
    assert engine.ping()
    with start_emulator(SLIPWAY_SANDBOX_CLOCK_SCALE=str(SCALE)) as emulator:
        yield emulator


@pytest.fixture
def emulator(_fast_emulator: Any) -> Any:
    """An emulator whose tasks are containers, and whose minute is a second."""
    _fast_emulator.reset()
    return _fast_emulator


@pytest.fixture
def stacks(emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(emulator)


def balanced_service(repository: str, *, bake_minutes: int = 0) -> dict[str, Any]:
    """Return the resources of two tasks behind a load balancer, with alarms on errors and latency that roll back."""
    variables = [{"Name": name.upper(), "Value": {"Ref": name}} for name in VARIABLES]
    resources = {**container_service(repository, tasks=2, EntryPoint=PYTHON, Environment=variables), **load_balancer()}
    target = {"ContainerName": "web", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Targets"}}
    service = resources["Service"]
    service["DependsOn"] = "Listener"
    service["Properties"].update(LoadBalancers=[target], HealthCheckGracePeriodSeconds=60)
    watched = {"AlarmNames": ["errors", "slow"], "Enable": True, "Rollback": True}
    service["Properties"]["DeploymentConfiguration"].update(
        Strategy="ROLLING", BakeTimeInMinutes=bake_minutes, Alarms=watched
    )
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "2"}
    resources["Targets"]["Properties"]["TargetGroupAttributes"] = [delay]
    return {**resources, "Errors": errors(), "Slow": slow()}


def query(name: str, metric: str, stat: str) -> dict[str, Any]:
    dimensions = [
        {"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}},
        {"Name": "TargetGroup", "Value": {"Fn::GetAtt": ["Targets", "TargetGroupFullName"]}},
    ]
    measured = {"Namespace": "AWS/ApplicationELB", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": measured, "Period": 60, "Stat": stat}, "ReturnData": False}


def errors() -> dict[str, Any]:
    """Return an alarm on more than half of the requests in a minute that fail, however few there are."""
    failed, requests = query("errors", "HTTPCode_Target_5XX_Count", "Sum"), query("requests", "RequestCount", "Sum")
    share = {"Id": "share", "Expression": "IF(requests >= 1, 100 * FILL(errors, 0) / requests, 0)", "ReturnData": True}
    return alarm("errors", 50, Metrics=[share, failed, requests])


def slow() -> dict[str, Any]:
    """Return an alarm on a percentile, of one metric."""
    stat = query("latency", "TargetResponseTime", "p90")["MetricStat"]
    return alarm("slow", 0.3, **stat["Metric"], Period=60, ExtendedStatistic="p90", DatapointsToAlarm=1)


def alarm(name: str, threshold: float, **properties: Any) -> dict[str, Any]:
    common = {
        "AlarmName": name,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": threshold,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**common, **properties}}


@pytest.fixture
def deploy(stacks: Any, images: Any) -> Callable[..., Any]:
    def deployed(*, expect: str | None = None, bake_minutes: int = 0, **parameters: str) -> Any:
        declared = {name: {"Type": "String", "Default": default} for name, default in VARIABLES.items()}
        return stacks.deploy(
            balanced_service(images.repository, bake_minutes=bake_minutes),
            Parameters={**PARAMETERS, **declared},
            parameters={"Tag": "good", "Program": SERVER, **parameters},
            expect=expect,
        )

    return deployed


@contextlib.contextmanager
def load(port: int, path: str = "/") -> Iterator[None]:
    """Send some twenty requests a second through the load balancer."""
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.05):
            with contextlib.suppress(OSError):
                requested(port, path)

    with concurrent.futures.ThreadPoolExecutor() as executor:
        senders = [executor.submit(send) for _ in range(2)]
        try:
            yield
        finally:
            ended.set()
            for sender in senders:
                sender.result()


def requested(port: int, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", f"/_alb/web{path}")
        with connection.getresponse() as answer:
            answer.read()
            return answer.status


def state(emulator: Any, name: str) -> str:
    (found,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["StateValue"])


def service(emulator: Any) -> dict[str, Any]:
    found: dict[str, Any] = emulator.client("ecs").describe_services(cluster="main", services=["web"])["services"][0]
    return found


def test_what_goes_through_the_load_balancer_is_measured(emulator: Any, stacks: Any, deploy: Any, poll: Any) -> None:
    deploy()
    for code in [200] * 6 + [404] * 3 + [503] * 2:
        requested(emulator.port, f"/{code}")
    group, balancer = (stacks.reference(name) for name in ("Targets", "Balancer"))
    names = {"LoadBalancer": balancer.partition("loadbalancer/")[2], "TargetGroup": group.rpartition(":")[2]}
    every = [{"Name": name, "Value": value} for name, value in names.items()]
    cloudwatch = emulator.client("cloudwatch")
    now = datetime.now(UTC)

    def statistic(metric: str, stat: str, dimensions: list[dict[str, str]]) -> float:
        kind = "ExtendedStatistics" if stat.startswith("p") else "Statistics"
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=10),
            Period=3600,
            **{kind: [stat]},
        )["Datapoints"]
        values = [point["ExtendedStatistics"][stat] if stat.startswith("p") else point[stat] for point in points]
        return float(sum(values)) if stat != "Minimum" else float(min(values))

    for dimensions in (every, every[:1]):
        assert statistic("RequestCount", "Sum", dimensions) == 11
        counted = [statistic(f"HTTPCode_Target_{kind}_Count", "Sum", dimensions) for kind in ("2XX", "4XX", "5XX")]
        assert counted == [6, 3, 2]
        assert 0 < statistic("TargetResponseTime", "p99", dimensions) < 5
    poll(lambda: statistic("HealthyHostCount", "Maximum", every) == 2)
    queries = [
        {"Id": "share", "Expression": "100 * errors / requests", "Label": "Errors in %"},
        *(
            {"Id": name, "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}, "ReturnData": False}
            for name, metric in (
                (name, {"Namespace": "AWS/ApplicationELB", "MetricName": metric, "Dimensions": every})
                for name, metric in (("errors", "HTTPCode_Target_5XX_Count"), ("requests", "RequestCount"))
            )
        ),
    ]
    (result,) = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(hours=2), EndTime=now + timedelta(hours=2)
    )["MetricDataResults"]
    assert (result["Label"], result["StatusCode"]) == ("Errors in %", "Complete")
    assert 18 < sum(result["Values"]) < 19


def test_a_dead_target_is_an_error_of_the_load_balancer(emulator: Any, engine: Any, deploy: Any, poll: Any) -> None:
    deploy()
    for container in emulator.containers(engine):
        container.pause()
        container.kill()
    with load(emulator.port):
        cloudwatch = emulator.client("cloudwatch")

        def published() -> set[str]:
            return {each["MetricName"] for each in cloudwatch.list_metrics(Namespace="AWS/ApplicationELB")["Metrics"]}

        poll(lambda: "HTTPCode_ELB_5XX_Count" in published())


def test_an_alarm_follows_its_metric_and_tells_sns_and_event_bridge(emulator: Any, deploy: Any, poll: Any) -> None:
    sqs, sns, events = (emulator.client(name) for name in ("sqs", "sns", "events"))
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}
    events.put_rule(Name="alarms", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="alarms", Targets=[{"Id": "inbox", "Arn": arn}])
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    deploy()
    poll(lambda: state(emulator, "errors") == "OK")
    (described,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    emulator.client("cloudwatch").put_metric_alarm(
        AlarmName="told",
        AlarmActions=[topic],
        **{
            name: described[name]
            for name in ("Metrics", "Threshold", "ComparisonOperator", "EvaluationPeriods", "TreatMissingData")
        },
    )
    with load(emulator.port, "/503"):
        poll(lambda: state(emulator, "told") == "ALARM")
    poll(lambda: state(emulator, "told") == "OK")

    def received() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        seen.extend(json.loads(body["Message"]) if "Message" in body else body for body in bodies)
        return seen

    seen: list[dict[str, Any]] = []
    poll(lambda: any(body.get("AlarmName") == "told" and body["NewStateValue"] == "ALARM" for body in received()))
    poll(
        lambda: any(
            body.get("detail", {}).get("alarmName") == "told"
            and body["detail"]["state"]["value"] == "OK"
            and body["detail"]["previousState"]["value"] == "ALARM"
            for body in received()
        )
    )


def test_a_release_that_answers_with_errors_is_rolled_back_by_its_alarm(
    emulator: Any, stacks: Any, deploy: Any
) -> None:
    deploy(bake_minutes=5)
    (good,) = service(emulator)["deployments"]
    with load(emulator.port):
        deploy(bake_minutes=5, Code="500", expect="UPDATE_ROLLBACK_COMPLETE")
    back, failed = service(emulator)["deployments"]
    assert (back["id"], back["rolloutState"]) == (good["id"], "COMPLETED")
    assert (failed["rolloutState"], failed["rolloutStateReason"]) == (
        "FAILED",
        "ECS deployment failed: alarm detected.",
    )
    messages = [event["message"] for event in service(emulator)["events"]]
    assert f"(service web) (deployment {failed['id']}) deployment failed: alarm detected." in messages
    assert f"(service web) rolling back to deployment {good['id']}." in messages
    assert "Error occurred during operation 'ECS Deployment Alarm was triggered'" in stacks.reasons()
    assert requested(emulator.port, "/") == 200


def test_an_alarm_on_a_percentile_fires_when_some_are_slow(emulator: Any, deploy: Any, poll: Any) -> None:
    deploy()
    with load(emulator.port, "/late"):
        poll(lambda: state(emulator, "slow") == "ALARM")
    (slow,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
    crossed = "was greater than or equal to the threshold (0.3) (minimum 1 datapoint for OK -> ALARM transition)."
    assert slow["StateReason"].endswith(crossed)


def test_a_deployment_is_over_after_its_bake_time_and_ignores_what_fired_before_it(
    emulator: Any, deploy: Any, poll: Any
) -> None:
    deploy()
    with load(emulator.port, "/500"):
        poll(lambda: state(emulator, "errors") == "ALARM")
        deploy(bake_minutes=3, Tag="better")
        (deployment,) = service(emulator)["deployments"]
    assert deployment["rolloutState"] == "COMPLETED"
    ecs = emulator.client("ecs")
    tasks = ecs.list_tasks(cluster="main", desiredStatus="STOPPED")["taskArns"]
    stopped = [task["stoppedAt"] for task in ecs.describe_tasks(cluster="main", tasks=tasks)["tasks"]]
    assert (deployment["updatedAt"] - max(stopped)).total_seconds() > 180 / SCALE - 0.5
