"""The release rules: each is kept by a good template and broken by one number."""

import copy
import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from slipway_constructs.releases import release_rules as rules
from slipway_constructs.releases.release_rules import Finding

GOOD: dict[str, Any] = {
    "Resources": {
        "Alarm": {"Type": "AWS::CloudWatch::Alarm"},
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "HealthCheckGracePeriodSeconds": 15,
                "DeploymentConfiguration": {
                    "Alarms": {"AlarmNames": [{"Ref": "Alarm"}], "Enable": True, "Rollback": True}
                },
            },
        },
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"ContainerDefinitions": [{"StopTimeout": 30, "HealthCheck": {"StartPeriod": 15}}]},
        },
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"LoadBalancerAttributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "60"}]},
        },
        "Repository": {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                "LifecyclePolicy": {
                    "LifecyclePolicyText": json.dumps(
                        {
                            "rules": [
                                {
                                    "selection": {
                                        "tagStatus": "untagged",
                                        "countType": "sinceImagePushed",
                                        "countNumber": 1,
                                    }
                                },
                                {
                                    "selection": {
                                        "tagStatus": "any",
                                        "countType": "imageCountMoreThan",
                                        "countNumber": 10,
                                    }
                                },
                            ]
                        }
                    )
                }
            },
        },
    }
}

heeded = partial(rules.deployment_alarms_are_heeded, alarm_ids=["Alarm"])
grace = partial(rules.grace_covers_the_start, measured_start_seconds=15)
stop = partial(rules.requests_outlive_the_stop_signal, graceful_shutdown_seconds=29)
keep_alive = partial(rules.connections_outlive_the_idle_timeout, keep_alive_seconds=61)
images = partial(rules.images_outlive_the_rollback_depth, rollback_depth=10)

Rule = Callable[[Any], Iterable[Finding]]


def changed(resource: str, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The good template after that change of one resource's properties."""
    template = copy.deepcopy(GOOD)
    change(template["Resources"][resource]["Properties"])
    return template


@pytest.mark.parametrize("rule", [heeded, grace, stop, keep_alive, images])
def test_a_good_template_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(GOOD)) == []


@pytest.mark.parametrize("rule", [heeded, grace, stop, keep_alive, images, rules.every_zone_reaches_the_registry])
def test_a_template_that_the_rule_says_nothing_about_keeps_it(rule: Rule) -> None:
    assert list(rule({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})) == []


def alarms_of(service: dict[str, Any]) -> dict[str, Any]:
    alarms: dict[str, Any] = service["DeploymentConfiguration"]["Alarms"]
    return alarms


@pytest.mark.parametrize(
    ("rule", "resource", "change", "words"),
    [
        (heeded, "Service", lambda it: alarms_of(it).update(AlarmNames=[{"Ref": "Other"}]), "ignores the deployment"),
        (heeded, "Service", lambda it: alarms_of(it).update(Enable=False), "ignores the deployment alarm Alarm"),
        (heeded, "Service", lambda it: alarms_of(it).update(Rollback=False), "roll nothing back"),
        (heeded, "Service", lambda it: it.pop("DeploymentConfiguration"), "ignores the deployment alarm Alarm"),
        (grace, "Service", lambda it: it.update(HealthCheckGracePeriodSeconds=14), "count after 14 s"),
        (grace, "Service", lambda it: it.pop("HealthCheckGracePeriodSeconds"), "count after 0 s"),
        (grace, "Task", lambda it: it["ContainerDefinitions"][0].pop("HealthCheck"), "measured to start in 15 s"),
        (stop, "Task", lambda it: it["ContainerDefinitions"][0].update(StopTimeout=29), "killed 29 s after SIGTERM"),
        (keep_alive, "Balancer", lambda it: it["LoadBalancerAttributes"][0].update(Value="61"), "for 61 s"),
    ],
)
def test_one_number_or_name_breaks_it(
    rule: Rule, resource: str, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    (finding,) = rule(changed(resource, change))
    assert finding.resource == resource
    assert words in finding.what
    assert finding.fix


def test_what_a_template_leaves_out_counts_with_the_default_of_aws() -> None:
    template = changed("Task", lambda it: it["ContainerDefinitions"][0].pop("StopTimeout"))
    assert list(rules.requests_outlive_the_stop_signal(template, graceful_shutdown_seconds=29)) == []
    assert list(rules.requests_outlive_the_stop_signal(template, graceful_shutdown_seconds=30)) != []
    template = changed("Balancer", lambda it: it.pop("LoadBalancerAttributes"))
    assert list(rules.connections_outlive_the_idle_timeout(template, keep_alive_seconds=61)) == []
    assert list(rules.connections_outlive_the_idle_timeout(template, keep_alive_seconds=60)) != []


def test_a_rollback_further_back_than_the_registry_keeps_images_is_found() -> None:
    (finding,) = rules.images_outlive_the_rollback_depth(GOOD, rollback_depth=11)
    assert finding.what.startswith("10 images stay, and a rollback may go 11 releases back")


def network(*, routed: Iterable[str], endpoints: Iterable[str] = ()) -> dict[str, Any]:
    """Two subnets; those of `routed` have a default route, and there are endpoints for these services."""
    resources: dict[str, Any] = {}
    for name in ("A", "B"):
        resources[f"Subnet{name}"] = {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": f"zone-{name}"}}
        resources[f"Association{name}"] = {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"RouteTableId": {"Ref": f"Table{name}"}, "SubnetId": {"Ref": f"Subnet{name}"}},
        }
    for name in routed:
        resources[f"Route{name}"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {"RouteTableId": {"Ref": f"Table{name}"}, "DestinationCidrBlock": "0.0.0.0/0"},
        }
    for service in endpoints:
        resources[f"Endpoint{service}"] = {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {"ServiceName": f"com.amazonaws.eu-central-1.{service}"},
        }
    return {"Resources": resources}


def test_a_zone_needs_a_way_out_or_the_endpoints_that_a_task_starts_with() -> None:
    reaches = rules.every_zone_reaches_the_registry
    assert list(reaches(network(routed="AB"))) == []
    assert list(reaches(network(routed="", endpoints=["ecr.api", "ecr.dkr", "logs", "s3"]))) == []
    (finding,) = reaches(network(routed="A", endpoints=["ecr.api", "s3"]))
    assert finding.resource == "SubnetB"
    assert "zone-B reach neither the internet nor the endpoints for ecr.dkr, logs" in finding.what


def test_a_container_that_is_not_essential_is_held_to_nothing() -> None:
    template = copy.deepcopy(GOOD)
    containers = template["Resources"]["Task"]["Properties"]["ContainerDefinitions"]
    containers.append({"Essential": False, "StopTimeout": 2, "HealthCheck": {"StartPeriod": 0}})
    assert list(rules.grace_covers_the_start(template, measured_start_seconds=1.5)) == []
    assert list(rules.requests_outlive_the_stop_signal(template, graceful_shutdown_seconds=20)) == []
