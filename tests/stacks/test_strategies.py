"""`rollout.strategy`: what a service that shifts traffic has more than one that replaces task by task, and no more."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, resources, templates_of

SHIFTING = ("blue_green", "canary", "linear")
OF_SHIFTING_ONLY = ("AlternateTargets", "ProductionRule", "TestListener", "TrafficShift", "AlternateDeploymentAlarms")
SERVICE, ALARM = "AWS::ECS::Service", "AWS::CloudWatch::Alarm"
RULE, GROUP = "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::TargetGroup"


def rolling_part(template: Template) -> Template:
    """The template without what only shifting traffic needs, and without the service's own word about rollouts."""
    rest = copy.deepcopy(template)
    for part in ("Resources", "Outputs"):
        rest[part] = {
            name: each for name, each in rest[part].items() if not any(word in name for word in OF_SHIFTING_ONLY)
        }
    for each in rest["Resources"].values():
        if each["Type"] == SERVICE:
            del each["Properties"]["DeploymentConfiguration"]
            for balancer in each["Properties"]["LoadBalancers"]:
                balancer.pop("AdvancedConfiguration", None)
            each["DependsOn"] = [name for name in each["DependsOn"] if not name.startswith(OF_SHIFTING_ONLY)]
        if each["Type"] == "AWS::EC2::SecurityGroup":
            ingress = each["Properties"].get("SecurityGroupIngress", [])
            each["Properties"]["SecurityGroupIngress"] = [rule for rule in ingress if rule["FromPort"] != 9001]
    return rest


@pytest.fixture(scope="module")
def services(strategies: Mapping[str, CloudAssembly]) -> Mapping[str, Template]:
    """The service's template by strategy."""
    return {name: templates_of(assembly)["slipway-prod-service"] for name, assembly in strategies.items()}


@pytest.fixture(params=SHIFTING)
def shifting(request: pytest.FixtureRequest, services: Mapping[str, Template]) -> Template:
    """The service's template of each strategy that shifts traffic."""
    return services[request.param]


def test_rolling_is_the_default(services: Mapping[str, Template], templates: Mapping[str, Template]) -> None:
    assert services["rolling"] == templates["slipway-prod-service"]


@pytest.mark.parametrize("name", SHIFTING)
def test_a_strategy_changes_nothing_in_the_service_but_what_traffic_is_shifted_with(
    name: str, services: Mapping[str, Template]
) -> None:
    assert rolling_part(services[name]) == rolling_part(services["rolling"])


@pytest.mark.parametrize("name", ["canary", "linear"])
def test_ways_to_shift_traffic_differ_in_the_deployment_configuration_only(
    name: str, services: Mapping[str, Template]
) -> None:
    def rest(name: str) -> Template:
        template = copy.deepcopy(services[name])
        (service,) = resources(template, SERVICE)
        del service["DeploymentConfiguration"]
        return template

    assert rest(name) == rest("blue_green")


@pytest.mark.parametrize("name", SHIFTING)
def test_a_strategy_changes_nothing_outside_of_the_service_but_where_it_is_watched(
    name: str, strategies: Mapping[str, CloudAssembly]
) -> None:
    one, other = templates_of(strategies[name]), templates_of(strategies["rolling"])
    assert {stack for stack in one if one[stack] != other[stack]} == {
        "slipway-prod-service",
        "slipway-prod-observability",
    }


def test_a_rolling_service_has_one_target_group_and_no_second_listener(services: Mapping[str, Template]) -> None:
    assert len(resources(services["rolling"], GROUP)) == 1
    assert not [name for name in services["rolling"]["Resources"] if name.startswith(OF_SHIFTING_ONLY)]


def test_both_target_groups_are_checked_and_drained_alike(shifting: Template) -> None:
    one, other = resources(shifting, GROUP)
    assert one == other


def test_production_and_test_rule_start_with_all_traffic_at_the_first_group(shifting: Template) -> None:
    weighted = [
        {json.dumps(group["TargetGroupArn"]): group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}
        for rule in resources(shifting, RULE)
        for action in rule["Actions"]
        if "ForwardConfig" in action
    ]
    (service,) = resources(shifting, SERVICE)
    (balancer,) = service["LoadBalancers"]
    first = json.dumps(balancer["TargetGroupArn"])
    second = json.dumps(balancer["AdvancedConfiguration"]["AlternateTargetGroupArn"])
    assert weighted == [{first: 100, second: 0}] * 2


def test_alarms_of_both_target_groups_roll_a_release_back(shifting: Template) -> None:
    (service,) = resources(shifting, SERVICE)
    alarms = {name: each["Properties"] for name, each in shifting["Resources"].items() if each["Type"] == ALARM}
    heeded = [each["Ref"] for each in service["DeploymentConfiguration"]["Alarms"]["AlarmNames"]]
    watched: dict[str, int] = {}
    for name in heeded:
        for group in (key for key, each in shifting["Resources"].items() if each["Type"] == GROUP):
            watched[group] = watched.get(group, 0) + (group in json.dumps(alarms[name]))
    assert len(heeded) == 6
    assert set(watched.values()) == {3}


@pytest.mark.parametrize("name", ["rolling", *SHIFTING])
def test_every_deployment_alarm_is_in_the_template_and_none_needs_the_service(
    name: str, services: Mapping[str, Template]
) -> None:
    template = services[name]
    (service,) = resources(template, SERVICE)
    alarms = [each["Ref"] for each in service["DeploymentConfiguration"]["Alarms"]["AlarmNames"]]
    assert alarms
    for alarm in alarms:
        assert template["Resources"][alarm]["Type"] == ALARM
        needed = everything_needed_by(alarm, template)
        assert not {SERVICE, "AWS::ECS::TaskDefinition"} & {template["Resources"][each]["Type"] for each in needed}


def everything_needed_by(name: str, template: Template) -> set[str]:
    """The resources that this one refers to, and those that they refer to, and so on."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in direct_references(template["Resources"][waiting.pop()]) & template["Resources"].keys():
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def direct_references(value: Any) -> set[str]:
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), *_]}:
            return {name}
        case dict():
            return set().union(*(direct_references(each) for each in value.values()))
        case list():
            return set().union(*(direct_references(each) for each in value))
        case _:
            return set()


@pytest.mark.parametrize(("name", "groups"), [("rolling", 1), ("blue_green", 2)])
def test_a_service_that_shifts_traffic_is_watched_in_both_groups(
    name: str, groups: int, strategies: Mapping[str, CloudAssembly]
) -> None:
    template = templates_of(strategies[name])["slipway-prod-observability"]
    (alarm,) = [each for each in resources(template, ALARM) if "no task is healthy" in each["AlarmDescription"]]
    watched = [each for each in alarm.get("Metrics", [alarm]) if "HealthyHostCount" in json.dumps(each)]
    assert len(watched) == groups
