"""What a review finds in what the real app synthesises."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from operations.review.report import Review
from tests.conftest import varied
from tests.operations.conftest import Slipway
from tests.operations.review.review_assemblies import (
    SERVICE,
    add_a_variable,
    both,
    edited,
    refused,
    reviewed_folders,
    use_another_health_path,
)
from tests.synthesis import assemble, synthesise

BLUE_GREEN = {"strategy": "blue_green", "test_port": 9001}


@pytest.fixture(scope="module")
def base(assembly: CloudAssembly) -> Path:
    return Path(assembly.directory)


@pytest.fixture(scope="module")
def cheaper(configuration: Configuration) -> Path:
    """prod with one NAT gateway and half the CPU."""
    prod = {"network": {"cidr": "10.20.0.0/16", "nat": "gateway"}, "task": {"cpu": 256, "memory": 1024}}
    return Path(assemble(varied(configuration, {"prod": prod}).select()).directory)


@pytest.fixture(scope="module")
def shifting(configuration: Configuration) -> Path:
    """prod shifts traffic from one target group to the other."""
    return Path(assemble(varied(configuration, {"prod": {"rollout": BLUE_GREEN}}).select()).directory)


def types(review: Review) -> set[tuple[str, str]]:
    return {(str(each.action), each.type) for each in review.resources}


def test_two_syntheses_of_the_same_configuration_differ_in_nothing(base: Path, configuration: Configuration) -> None:
    review = reviewed_folders(base, Path(synthesise(configuration.select()).directory))
    assert review.environments == ("shared", "dev", "prod")
    assert review == Review(
        environments=review.environments,
        stacks=[],
        resources=[],
        broadenings=[],
        settings=[],
        acknowledged=[],
        refusals=[],
        unused_approvals=[],
    )


def test_every_resource_of_the_app_is_called_by_its_construct_path(base: Path, tmp_path: Path) -> None:
    """None of the paths is a logical id, with which the names of resources would be anybody's guess."""
    empty = edited(base, tmp_path / "head", SERVICE, lambda resources: resources.clear())
    changes = [each for each in reviewed_folders(empty, base).resources if each.stack == SERVICE]
    assert len(changes) > 20
    assert [each.logical_id for each in changes if each.resource == each.logical_id] == []


def test_a_cheaper_environment_loses_nothing_that_is_refused(base: Path, cheaper: Path) -> None:
    review = reviewed_folders(base, cheaper)
    assert refused(review) == []
    assert {each.environment for each in review.resources} == {"prod"}
    assert {
        ("destroyed", "AWS::EC2::NatGateway"),
        ("destroyed", "AWS::EC2::EIP"),
        ("replaced", "AWS::ECS::TaskDefinition"),
        ("changed", "AWS::ECS::Service"),
    } <= types(review)
    assert sum(each.type == "AWS::EC2::NatGateway" for each in review.resources) == 2


def test_roles_without_a_boundary_and_without_githubs_ids_are_broadened(
    base: Path, assembly_without_options: CloudAssembly
) -> None:
    review = reviewed_folders(base, Path(assembly_without_options.directory))
    assert refused(review) == []
    identity = [each for each in review.broadenings if each.stack == "slipway-identity-222222222222"]
    assert "has no permissions boundary" in {each.grant for each in identity}
    trust = next(each.grant for each in identity if each.grant.startswith("can be assumed by"))
    assert "no longer only if StringEquals token.actions.githubusercontent.com:repository_id 2000002" in trust
    assert not any(each.new for each in identity)


def test_another_encryption_of_the_images_is_refused_and_the_image_of_dev_is_a_new_task_definition(
    base: Path, assembly_with_every_option: CloudAssembly
) -> None:
    review = reviewed_folders(base, Path(assembly_with_every_option.directory))
    assert ("replacement", "Images/Repository") in refused(review)
    images = {
        (each.stack, each.action)
        for each in review.resources
        if any(path.endswith(".Image") for path in each.properties)
    }
    assert ("slipway-dev-service", "replaced") in images
    assert "AwsSolutions-SMG4" in {each.finding for each in review.acknowledged}


def test_an_environment_that_leaves_the_app_is_refused_stack_by_stack(base: Path, one_account: CloudAssembly) -> None:
    review = reviewed_folders(base, Path(one_account.directory))
    gone = {each.stack for each in review.refused if each.change == "stack_removal"}
    assert {f"slipway-dev-{part}" for part in ("network", "telemetry", "service", "observability")} < gone
    assert {each.stack for each in review.stacks if each.added and "staging" in each.stack} == {
        f"slipway-staging-{part}" for part in ("network", "telemetry", "service", "observability")
    }


@pytest.mark.parametrize(
    ("edit", "refusals"),
    [
        (use_another_health_path, []),
        (add_a_variable, []),
        (both, ["health_check_with_task_definition"]),
    ],
)
def test_a_health_path_must_not_change_with_the_task_definition(
    edit: Any, refusals: list[str], base: Path, tmp_path: Path
) -> None:
    review = reviewed_folders(base, edited(base, tmp_path / "head", SERVICE, edit))
    assert [each.change for each in review.refused] == refusals


def test_the_strategy_of_an_environment_that_serves_must_not_be_changed_in_passing(base: Path, shifting: Path) -> None:
    assert ("production_rule", "ProductionRule/Rule") in refused(reviewed_folders(base, shifting))
    assert ("production_rule", "ProductionRule/Rule") in refused(reviewed_folders(shifting, base))


def test_another_port_reaches_the_production_rule_by_way_of_both_target_groups(
    shifting: Path, configuration: Configuration
) -> None:
    prod = {"rollout": BLUE_GREEN, "task": {"cpu": 512, "memory": 1024, "port": 9000}}
    review = reviewed_folders(shifting, Path(assemble(varied(configuration, {"prod": prod}).select()).directory))
    assert Counter(change for change, _ in refused(review)) == {
        "health_check_with_task_definition": 2,
        "replacement": 2,
        "production_rule": 1,
    }


def test_an_environment_that_shifts_traffic_may_be_made_larger(shifting: Path, configuration: Configuration) -> None:
    prod = {"rollout": BLUE_GREEN, "task": {"cpu": 1024, "memory": 2048}}
    review = reviewed_folders(shifting, Path(assemble(varied(configuration, {"prod": prod}).select()).directory))
    assert refused(review) == []
    assert types(review) == {
        ("replaced", "AWS::ECS::TaskDefinition"),
        ("changed", "AWS::ECS::Service"),
        ("changed", "AWS::APS::RuleGroupsNamespace"),  # of how much memory and CPU a task may use
    }


def test_the_price_is_told_before_and_after(base: Path, cheaper: Path, slipway: Slipway) -> None:
    costs = json.loads(slipway("review", "--json", str(base), str(cheaper)).stdout)["costs"]
    prices = {each["environment"]: (each["before_usd"], each["after_usd"]) for each in costs}
    before, after = prices["prod"]
    assert before - after > 2 * 30  # two NAT gateways at more than 0.04 USD an hour, beside the smaller tasks
    assert prices["dev"][0] == prices["dev"][1] > 0
    assert "| shared by all |" in slipway("review", str(base), str(cheaper)).stdout.partition("### Cost")[2]
