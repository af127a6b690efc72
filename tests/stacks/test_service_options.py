"""What slipway.toml may say of the service arrives in its template."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import Template, resources, templates_of

SERVICE, TARGET = "AWS::ECS::Service", "AWS::ApplicationAutoScaling::ScalableTarget"
RULE, GROUP = "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::TargetGroup"
OPTIONAL = ("AWS::WAFv2::WebACL", "AWS::Route53::RecordSet", "AWS::CertificateManager::Certificate")


def only(template: Template, type_name: str) -> dict[str, Any]:
    (found,) = resources(template, type_name)
    return found


def container(template: Template) -> dict[str, Any]:
    definition = only(template, "AWS::ECS::TaskDefinition")
    (found,) = [each for each in definition["ContainerDefinitions"] if each["Name"] == "service"]
    return dict(found)


def attributes(template: Template) -> dict[str, str]:
    """Of the load balancer."""
    found = only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"]
    return {each["Key"]: each["Value"] for each in found}


def private_paths(template: Template) -> list[str]:
    """What the load balancer answers itself."""
    return [
        path
        for rule in resources(template, RULE)
        if rule["Actions"][0]["Type"] == "fixed-response"
        for condition in rule["Conditions"]
        for path in condition["PathPatternConfig"]["Values"]
    ]


@pytest.fixture
def everything(services: Mapping[str, Template]) -> Template:
    return services["everything"]


@pytest.fixture
def prod(services: Mapping[str, Template]) -> Template:
    return services["prod"]


def test_what_is_not_asked_for_is_not_there(services: Mapping[str, Template], everything: Template) -> None:
    for type_name in OPTIONAL:
        assert (resources(services["asked"], type_name), len(resources(everything, type_name))) == ([], 1)


def test_the_task_is_as_asked_for(everything: Template) -> None:
    task, probe = only(everything, "AWS::ECS::TaskDefinition"), container(everything)["HealthCheck"]
    assert (task["Cpu"], task["Memory"], task["RuntimePlatform"]["CpuArchitecture"]) == ("1024", "2048", "X86_64")
    assert task["EphemeralStorage"] == {"SizeInGiB": 30}
    assert container(everything)["StopTimeout"] == 90
    assert probe["Command"] == ["CMD", "/probe", "--quiet"]
    grace = only(everything, SERVICE)["HealthCheckGracePeriodSeconds"]
    assert (probe["StartPeriod"], grace) == (60, 60 + 2 * 5)  # and two checks that a target has to pass, 5 s apart


def test_port_and_readiness_path_are_the_target_groups_too(everything: Template) -> None:
    group = only(everything, GROUP)
    assert (group["Port"], group["HealthCheckPath"]) == (9000, "/prepared")


def test_variables_and_secrets_reach_the_container(everything: Template) -> None:
    variables = {each["Name"]: each["Value"] for each in container(everything)["Environment"]}
    assert variables["LOG_LEVEL"] == "debug"
    assert variables["ENVIRONMENT"] == "everything"
    secrets = {each["Name"]: json.dumps(each["ValueFrom"]) for each in container(everything)["Secrets"]}
    assert "secret:app-AbCdEf:password::" in secrets["DATABASE_PASSWORD"]
    assert secrets["TOKEN"].endswith('secret:token-AbCdEf"')
    assert "parameter/app/prod/api-key" in secrets["API_KEY"]
    assert not secrets.keys() & variables.keys()


def test_a_shell_needs_directories_that_its_agent_can_write_to(prod: Template, everything: Template) -> None:
    assert only(everything, SERVICE)["EnableExecuteCommand"] is True
    assert only(prod, SERVICE)["EnableExecuteCommand"] is False
    writable = {each["ContainerPath"] for each in container(everything)["MountPoints"]}
    assert writable - {each["ContainerPath"] for each in container(prod)["MountPoints"]} == {
        "/var/lib/amazon",
        "/var/log/amazon",
    }


def test_tasks_scale_as_asked_for(everything: Template) -> None:
    target = only(everything, TARGET)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 9)
    assert target["ScheduledActions"][0]["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}
    tracking = [
        each["TargetTrackingScalingPolicyConfiguration"]
        for each in resources(everything, "AWS::ApplicationAutoScaling::ScalingPolicy")
    ]
    followed = {each["PredefinedMetricSpecification"]["PredefinedMetricType"]: each["TargetValue"] for each in tracking}
    assert followed == {
        "ECSServiceAverageCPUUtilization": 50,
        "ECSServiceAverageMemoryUtilization": 70,
        "ALBRequestCountPerTarget": 600,
    }
    spot = {each["CapacityProvider"]: each["Weight"] for each in only(everything, SERVICE)["CapacityProviderStrategy"]}
    assert spot == {"FARGATE": 60, "FARGATE_SPOT": 40}


@pytest.mark.parametrize("name", ["prod", "asked", "everything"])
def test_a_deployment_does_not_touch_a_number_that_scaling_owns(name: str, services: Mapping[str, Template]) -> None:
    assert "DesiredCount" not in only(services[name], SERVICE)


def test_a_fixed_number_is_in_the_template_and_nothing_scales_it(services: Mapping[str, Template]) -> None:
    assert only(services["paused"], SERVICE)["DesiredCount"] == 3
    assert resources(services["paused"], TARGET) == []


@pytest.mark.parametrize(
    ("environment", "setting"), [("dev", "disabled"), ("prod", "enabled"), ("sandbox", "disabled")]
)
def test_containers_are_measured_where_data_is_kept(
    environment: str, setting: str, templates: Mapping[str, Template]
) -> None:
    cluster = only(templates[f"slipway-{environment}-service"], "AWS::ECS::Cluster")
    assert cluster["ClusterSettings"] == [{"Name": "containerInsights", "Value": setting}]


def test_a_name_of_ones_own_is_certified_recorded_and_the_url(everything: Template) -> None:
    assert only(everything, "AWS::CertificateManager::Certificate")["DomainName"] == "api.example.com"
    record = only(everything, "AWS::Route53::RecordSet")
    assert (record["Name"], record["Type"]) == ("api.example.com.", "A")
    assert everything["Outputs"]["Url"]["Value"] == "https://api.example.com"


def test_clients_are_limited_where_it_is_asked_for(everything: Template) -> None:
    rules = only(everything, "AWS::WAFv2::WebACL")["Rules"]
    limits = [each["Statement"].get("RateBasedStatement", {}).get("Limit") for each in rules]
    assert [limit for limit in limits if limit] == [1000]


def test_paths_are_private_by_default_or_as_asked_for(prod: Template, everything: Template) -> None:
    assert {"/metrics", "/health/ready"} <= set(private_paths(prod))
    assert "/internal" in private_paths(everything)
    assert "/metrics" not in private_paths(everything)


@pytest.mark.parametrize(("name", "protected"), [("slipway-dev-service", "false"), ("slipway-prod-service", "true")])
def test_a_load_balancer_is_protected_where_data_is_kept(
    name: str, protected: str, templates: Mapping[str, Template]
) -> None:
    assert attributes(templates[name])["deletion_protection.enabled"] == protected


def test_protection_and_access_logs_are_as_asked_for(everything: Template) -> None:
    assert attributes(everything)["deletion_protection.enabled"] == "false"
    (rule,) = only(everything, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 7


def test_a_function_is_asked_and_the_test_port_is_open_to_whom_it_is_for(services: Mapping[str, Template]) -> None:
    template = services["asked"]
    (hook,) = only(template, SERVICE)["DeploymentConfiguration"]["LifecycleHooks"]
    assert hook["HookTargetArn"].endswith(":function:check-release")
    open_to = [
        rule["CidrIp"]
        for group in resources(template, "AWS::EC2::SecurityGroup")
        for rule in group.get("SecurityGroupIngress", [])
        if rule["FromPort"] == 8443
    ]
    assert open_to == ["192.0.2.0/24"]


def test_a_human_is_waited_for_and_the_test_port_is_for_the_vpc(services: Mapping[str, Template]) -> None:
    template = services["paused"]
    (hook,) = only(template, SERVICE)["DeploymentConfiguration"]["LifecycleHooks"]
    assert (hook["TargetType"], hook["TimeoutConfiguration"]["TimeoutInMinutes"]) == ("PAUSE", 60)
    assert '"CidrIp": "172.16.0.0/16"' in json.dumps(template)


def test_an_existing_vpc_has_no_stack_and_its_subnets_are_used(
    variants: CloudAssembly, services: Mapping[str, Template]
) -> None:
    assert "slipway-paused-network" not in templates_of(variants)
    template = services["paused"]
    placed = only(template, SERVICE)["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert placed["Subnets"] == [f"subnet-1000000000000000{letter}" for letter in "abc"]
    assert placed["AssignPublicIp"] == "DISABLED"
    balancer = only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Subnets"] == [f"subnet-0000000000000000{letter}" for letter in "abc"]


def test_endpoints_are_there_instead_of_nat(variants: CloudAssembly) -> None:
    network = templates_of(variants)["slipway-asked-network"]
    assert resources(network, "AWS::EC2::NatGateway") == []
    assert len(resources(network, "AWS::EC2::VPCEndpoint")) > 5


def test_nobody_is_woken_because_a_schedule_stopped_every_task(variants: CloudAssembly) -> None:
    alarms = {
        name: [each["AlarmDescription"] for each in resources(template, "AWS::CloudWatch::Alarm")]
        for name, template in templates_of(variants).items()
        if name.endswith("-observability")
    }
    assert "no task is healthy" in str(alarms["slipway-prod-observability"])
    assert "no task is healthy" not in str(alarms["slipway-everything-observability"])
