"""The service: where its tasks run, how they are replaced, and what undoes a rollout."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from slipway_constructs.releases.rollout_strategy import BlueGreen, Canary, Linear, Rolling, RolloutStrategy
from slipway_constructs.services.web_service import WebService
from tests.slipway_constructs.conftest import (
    PRIVATE_SUBNETS,
    PUBLIC_SUBNETS,
    existing_vpc,
    new_stack,
    only,
    reference,
    some_metrics,
    template_of,
)

SERVICE = "AWS::ECS::Service"
FIVE_MINUTES, TWO_MINUTES = Duration.minutes(5), Duration.minutes(2)
STRATEGIES: Mapping[str, RolloutStrategy] = {
    "ROLLING": Rolling(FIVE_MINUTES, failed_tasks=4),
    "BLUE_GREEN": BlueGreen(FIVE_MINUTES),
    "CANARY": Canary(FIVE_MINUTES, percent=5, step_time=TWO_MINUTES),
    "LINEAR": Linear(FIVE_MINUTES, percent=25, step_time=TWO_MINUTES),
}


def stack_with(**changes: Any) -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    alarm = cloudwatch.Alarm(
        stack, "Alarm", metric=some_metrics(stack, vpc).requests(), threshold=1, evaluation_periods=1
    )
    task_definition = ecs.FargateTaskDefinition(stack, "TaskDefinition")
    task_definition.add_container("Container", image=ecs.ContainerImage.from_registry("example"))
    arguments: dict[str, Any] = {
        "cluster": ecs.Cluster(stack, "Cluster", vpc=vpc),
        "service_name": "api",
        "task_definition": task_definition,
        "subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "assign_public_ip": False,
        "desired_count": None,
        "spot_percent": 0,
        "health_check_grace_period": Duration.seconds(15),
        "strategy": STRATEGIES["ROLLING"],
        "deployment_alarms": [alarm],
        "execute_command": False,
    }
    WebService(stack, "WebService", **(arguments | changes))
    return stack


def with_strategy(name: str) -> dict[str, Any]:
    """The template of a service with that strategy."""
    return template_of(stack_with(strategy=STRATEGIES[name]))


def configuration_of(template: dict[str, Any]) -> dict[str, Any]:
    (service,) = [each for each in template["Resources"].values() if each["Type"] == SERVICE]
    return dict(service["Properties"]["DeploymentConfiguration"])


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_with()


@pytest.fixture(scope="module")
def service(stack: Stack) -> dict[str, Any]:
    return only(stack, SERVICE)


@pytest.fixture(scope="module", params=list(STRATEGIES))
def configuration(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The deployment configuration of each strategy."""
    return configuration_of(with_strategy(request.param))


def test_no_task_stops_before_its_successor_is_healthy(configuration: dict[str, Any]) -> None:
    assert configuration["MinimumHealthyPercent"] == 100
    assert configuration["MaximumPercent"] == 200


def test_a_release_whose_tasks_do_not_start_is_rolled_back(configuration: dict[str, Any]) -> None:
    breaker = configuration["DeploymentCircuitBreaker"]
    assert (breaker["Enable"], breaker["Rollback"]) == (True, True)


def test_a_release_that_sets_off_an_alarm_is_rolled_back_with_any_strategy(configuration: dict[str, Any]) -> None:
    alarms = configuration["Alarms"]
    assert (alarms["Enable"], alarms["Rollback"], len(alarms["AlarmNames"])) == (True, True, 1)


def test_the_alarms_are_watched_for_a_while_with_any_strategy(configuration: dict[str, Any]) -> None:
    assert configuration["BakeTimeInMinutes"] == 5


def test_the_alarm_of_the_service_is_the_one_that_it_was_given(stack: Stack, service: dict[str, Any]) -> None:
    names = service["DeploymentConfiguration"]["Alarms"]["AlarmNames"]
    assert names == [reference(stack, "AWS::CloudWatch::Alarm")]


def test_a_rolling_release_that_starts_well_and_then_crashes_is_rolled_back_too() -> None:
    breaker = configuration_of(with_strategy("ROLLING"))["DeploymentCircuitBreaker"]
    assert breaker["ThresholdConfiguration"] == {"Type": "COUNT", "Value": 4}
    assert breaker["ResetOnHealthyTask"] is False


def test_a_canary_gets_a_small_share_first() -> None:
    steps = configuration_of(with_strategy("CANARY"))["CanaryConfiguration"]
    assert steps == {"CanaryPercent": 5, "CanaryBakeTimeInMinutes": 2}


def test_a_linear_release_gets_its_traffic_in_equal_steps() -> None:
    steps = configuration_of(with_strategy("LINEAR"))["LinearConfiguration"]
    assert steps == {"StepPercent": 25, "StepBakeTimeInMinutes": 2}


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_a_strategy_changes_nothing_but_the_deployment_configuration(name: str) -> None:
    def rest(template: dict[str, Any]) -> dict[str, Any]:
        (service,) = [each for each in template["Resources"].values() if each["Type"] == SERVICE]
        del service["Properties"]["DeploymentConfiguration"]
        return template

    template = with_strategy(name)
    assert configuration_of(template)["Strategy"] == name
    assert rest(template) == rest(with_strategy("ROLLING"))


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("ROLLING", {"ThresholdConfiguration", "ResetOnHealthyTask"}),
        ("BLUE_GREEN", set()),
        ("CANARY", {"CanaryConfiguration"}),
        ("LINEAR", {"LinearConfiguration"}),
    ],
)
def test_a_strategy_has_no_settings_of_another(name: str, own: set[str]) -> None:
    configuration = configuration_of(with_strategy(name))
    common = {"Strategy", "BakeTimeInMinutes", "Alarms", "DeploymentCircuitBreaker"}
    keys = configuration.keys() | configuration["DeploymentCircuitBreaker"].keys()
    assert keys - common - {"MinimumHealthyPercent", "MaximumPercent", "Enable", "Rollback"} == own


def test_the_service_has_the_name_that_roles_are_granted_rights_on(service: dict[str, Any]) -> None:
    assert service["ServiceName"] == "api"


def test_a_deployment_leaves_the_number_of_tasks_to_scaling_or_sets_it(service: dict[str, Any]) -> None:
    assert "DesiredCount" not in service
    assert only(stack_with(desired_count=3), SERVICE)["DesiredCount"] == 3


def test_the_load_balancer_waits_for_a_task_as_long_as_told() -> None:
    stack = stack_with(health_check_grace_period=Duration.seconds(42))
    assert only(stack, SERVICE)["HealthCheckGracePeriodSeconds"] == 42


@pytest.mark.parametrize(("spot", "base", "weights"), [(0, 1, (100, 0)), (70, 1, (30, 70)), (100, 0, (0, 100))])
def test_the_first_task_is_not_on_spot_unless_all_are_and_of_the_others_the_share_that_was_asked_for(
    spot: int, base: int, weights: tuple[int, int]
) -> None:
    service = only(stack_with(spot_percent=spot), SERVICE)
    assert service["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": base, "Weight": weights[0]},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": weights[1]},
    ]
    assert "LaunchType" not in service  # CloudFormation would replace the service when Spot is turned on


@pytest.mark.parametrize(
    ("subnet_type", "subnets", "public_address"),
    [
        (ec2.SubnetType.PRIVATE_WITH_EGRESS, PRIVATE_SUBNETS, "DISABLED"),
        (ec2.SubnetType.PUBLIC, PUBLIC_SUBNETS, "ENABLED"),
    ],
)
def test_tasks_run_in_the_given_subnets_with_a_public_address_only_where_asked_for(
    subnet_type: ec2.SubnetType,
    subnets: tuple[str, ...],
    public_address: str,
) -> None:
    selection = ec2.SubnetSelection(subnet_type=subnet_type)
    found = only(stack_with(subnets=selection, assign_public_ip=public_address == "ENABLED"), SERVICE)
    placed = found["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (placed["Subnets"], placed["AssignPublicIp"]) == (list(subnets), public_address)


def test_tasks_are_spread_again_when_a_zone_comes_back(service: dict[str, Any]) -> None:
    assert service["AvailabilityZoneRebalancing"] == "ENABLED"


@pytest.mark.parametrize("asked", [True, False])
def test_nobody_opens_a_shell_in_a_task_unless_it_is_asked_for(asked: bool) -> None:  # noqa: FBT001 - a parameter
    stack = stack_with(execute_command=asked)
    assert only(stack, SERVICE)["EnableExecuteCommand"] is asked
    assert ("ssmmessages:CreateDataChannel" in str(template_of(stack))) is asked
