"""What the load balancer's listeners and rules do with requests, and what its attributes forbid."""

import http.client
import http.server
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

PRIVATE = ["/metrics", "/health/ready"]
HTTP = {"Protocol": "HTTP", "TargetType": "ip", "VpcId": "vpc-1"}


@contextmanager
def answering(name: str) -> Iterator[int]:
    """Serve the path of every request with a name before it, and return the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            body = f"{name} {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # as http.server calls it
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """The ports of two versions of a service, blue and green."""
    with ExitStack() as servers:
        yield {name: servers.enter_context(answering(name)) for name in ("blue", "green")}


@pytest.fixture
def get(emulator: Any) -> Callable[..., tuple[int, str]]:
    """Return the status and the body that the load balancer `web` answers."""

    def got(path: str, host: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
        try:
            connection.request("GET", path if host else f"/_alb/web{path}", headers={"Host": host or "localhost"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    return got


@pytest.fixture
def targets(aws: Callable[[str], Any], ports: dict[str, int], stacks: Any) -> Callable[[], None]:
    def registered() -> None:
        for name, group in (("blue", "Blue"), ("green", "Green")):
            target = {"Id": "127.0.0.1", "Port": ports[name]}
            aws("elbv2").register_targets(TargetGroupArn=stacks.reference(group), Targets=[target])

    return registered


def forward(blue: int, green: int) -> dict[str, Any]:
    groups = [
        {"TargetGroupArn": {"Ref": "Blue"}, "Weight": str(blue)},
        {"TargetGroupArn": {"Ref": "Green"}, "Weight": green},
    ]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def rule(priority: int, action: dict[str, Any], *paths: str) -> dict[str, Any]:
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": list(paths)}}
    properties = {
        "ListenerArn": {"Ref": "Listener"},
        "Priority": priority,
        "Conditions": [condition],
        "Actions": [action],
    }
    return {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": properties}


def listener(port: int, action: dict[str, Any]) -> dict[str, Any]:
    properties = {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": port, "Protocol": "HTTP", "DefaultActions": [action]}
    return {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": properties}


def balanced(*, weights: tuple[int, int] = (100, 0), private: list[str] | None = None) -> dict[str, Any]:
    """Return a load balancer as a deployment that shifts traffic has it, with a listener of its own for tests."""
    hidden = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
    to_green = {"Type": "forward", "TargetGroupArn": {"Ref": "Green"}}
    return {
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "web"}},
        "Blue": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {**HTTP, "Port": 8000}},
        "Green": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {**HTTP, "Port": 8000}},
        "Tests": listener(9001, to_green),
        "Listener": {**listener(80, {"Type": "forward", "TargetGroupArn": {"Ref": "Blue"}}), "DependsOn": "Tests"},
        "Private": rule(1, hidden, *(private or PRIVATE)),
        "Production": rule(100, forward(*weights), "/*"),
    }


def test_private_paths_are_not_found_and_every_other_one_reaches_a_target(
    stacks: Any, targets: Callable[[], None], get: Callable[..., tuple[int, str]]
) -> None:
    stacks.deploy(balanced())
    targets()
    assert [get(path) for path in PRIVATE] == [(404, ""), (404, "")]
    assert get("/metrics?format=text")[0] == 404
    assert get("/health/live") == (200, "blue /health/live")
    assert get("/metrics/more") == (200, "blue /metrics/more")

    stacks.deploy(balanced(private=["/internal/*"]))
    assert get("/metrics") == (200, "blue /metrics")
    assert get("/internal/state")[0] == 404


def test_a_forward_action_distributes_by_its_weights(
    stacks: Any, targets: Callable[[], None], get: Callable[..., tuple[int, str]]
) -> None:
    def answered() -> Counter[str]:
        return Counter(get("/")[1].partition(" ")[0] for _ in range(30))

    stacks.deploy(balanced(weights=(100, 0)))
    targets()
    assert set(answered()) == {"blue"}
    stacks.deploy(balanced(weights=(0, 100)))
    assert set(answered()) == {"green"}
    stacks.deploy(balanced(weights=(50, 50)))
    assert set(answered()) == {"blue", "green"}


def test_weights_are_shown_and_can_be_shifted_by_the_api(
    aws: Callable[[str], Any], stacks: Any, targets: Callable[[], None], get: Callable[..., tuple[int, str]]
) -> None:
    elbv2 = aws("elbv2")

    def weights() -> dict[str, int]:
        (action,) = elbv2.describe_rules(RuleArns=[stacks.reference("Production")])["Rules"][0]["Actions"]
        assert "TargetGroupArn" not in action
        return {group["TargetGroupArn"]: group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}

    stacks.deploy(balanced())
    targets()
    blue, green = stacks.reference("Blue"), stacks.reference("Green")
    assert weights() == {blue: 100, green: 0}
    attached = elbv2.describe_target_groups(LoadBalancerArn=stacks.reference("Balancer"))["TargetGroups"]
    assert {group["TargetGroupArn"] for group in attached} == {blue, green}

    shifted = [{"TargetGroupArn": blue, "Weight": 0}, {"TargetGroupArn": green, "Weight": 100}]
    sticky = {"Enabled": True, "DurationSeconds": 60}
    config = {"TargetGroups": shifted, "TargetGroupStickinessConfig": sticky}
    elbv2.modify_rule(RuleArn=stacks.reference("Production"), Actions=[{"Type": "forward", "ForwardConfig": config}])
    assert weights() == {blue: 0, green: 100}
    (action,) = elbv2.describe_rules(RuleArns=[stacks.reference("Production")])["Rules"][0]["Actions"]
    assert action["ForwardConfig"]["TargetGroupStickinessConfig"] == sticky
    assert get("/") == (200, "green /")


def test_the_port_of_the_host_header_chooses_the_listener(
    stacks: Any, targets: Callable[[], None], get: Callable[..., tuple[int, str]]
) -> None:
    stacks.deploy(balanced())
    targets()
    assert get("/", host="web.alb.localhost") == (200, "blue /")
    assert get("/", host="web.alb.localhost:80") == (200, "blue /")
    assert get("/metrics", host="web.alb.localhost:9001") == (200, "green /metrics")


def test_a_protected_load_balancer_survives_its_stack_and_the_api(aws: Callable[[str], Any], stacks: Any) -> None:
    def balancer(protected: str) -> dict[str, Any]:
        attributes = [
            {"Key": "deletion_protection.enabled", "Value": protected},
            {"Key": "access_logs.s3.enabled", "Value": "true"},
        ]
        properties = {"Name": "web", "LoadBalancerAttributes": attributes}
        return {"Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}}

    stacks.deploy(balancer("true"))
    arn, cloudformation, elbv2 = stacks.reference("Balancer"), aws("cloudformation"), aws("elbv2")
    with pytest.raises(elbv2.exceptions.OperationNotPermittedException, match="deletion protection is enabled"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    cloudformation.delete_stack(StackName="Stack")
    assert stacks.settled()["StackStatus"] == "DELETE_FAILED"
    assert "cannot be deleted because deletion protection is enabled" in stacks.reasons()
    assert elbv2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"] == arn

    unprotected = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=unprotected)
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"access_logs.s3.enabled": "true", "deletion_protection.enabled": "false"}.items() <= {
        each["Key"]: each["Value"] for each in attributes
    }.items()
    stacks.delete()
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []


def test_the_attributes_of_a_target_group_change_in_place(aws: Callable[[str], Any], stacks: Any) -> None:
    def group(delay: str) -> dict[str, Any]:
        attributes = [
            {"Key": "deregistration_delay.timeout_seconds", "Value": delay},
            {"Key": "slow_start.duration_seconds", "Value": "30"},
        ]
        properties = {**HTTP, "Port": 8000, "TargetGroupAttributes": attributes}
        return {"Group": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}}

    for delay in ("15", "20"):
        stacks.deploy(group(delay))
        arn = stacks.reference("Group")
        found = aws("elbv2").describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        assert {
            "deregistration_delay.timeout_seconds": delay,
            "slow_start.duration_seconds": "30",
        }.items() <= {each["Key"]: each["Value"] for each in found}.items()
