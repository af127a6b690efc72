"""`slipway review` over what the real app synthesises."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from operations.review.comparison import read_both
from operations.review.costs import cost_changes
from operations.review.report import Review
from tests.conftest import PROJECT, assemble, varied
from tests.operations.conftest import Slipway
from tests.operations.review_assemblies import Resource, edited, refused, reviewed_folders

SERVICE = "slipway-prod-service"

BLUE_GREEN = {"strategy": "blue_green", "test_port": 9001}

LOADED_MODULES = """
import sys
from operations.command import main
sys.argv = ["slipway", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


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


def of_type(resources: Mapping[str, Resource], type_name: str) -> Resource:
    return next(each for each in resources.values() if each["Type"] == type_name)


def use_another_health_path(resources: dict[str, Resource]) -> None:
    of_type(resources, "AWS::ElasticLoadBalancingV2::TargetGroup")["Properties"]["HealthCheckPath"] = "/up"


def add_a_variable(resources: dict[str, Resource]) -> None:
    definition = of_type(resources, "AWS::ECS::TaskDefinition")["Properties"]["ContainerDefinitions"]
    next(each for each in definition if "Environment" in each)["Environment"].append({"Name": "MODE", "Value": "fast"})


def both(resources: dict[str, Resource]) -> None:
    use_another_health_path(resources)
    add_a_variable(resources)


def types(review: Review) -> set[tuple[str, str]]:
    return {(str(each.action), each.type) for each in review.resources}


def test_two_syntheses_of_the_same_configuration_differ_in_nothing(base: Path, configuration: Configuration) -> None:
    review = reviewed_folders(base, Path(assemble(configuration.select()).directory))
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


def test_a_change_that_is_refused_ends_with_1_and_passes_once_it_is_named(
    base: Path, tmp_path: Path, slipway: Slipway
) -> None:
    head = edited(base, tmp_path / "head", SERVICE, both)
    ended = slipway("review", str(base), str(head))
    assert (ended.exit_code, ended.stderr) == (1, "")
    assert "## Slipway review: 1 change refused" in ended.stdout
    block = ended.stdout.partition("```toml\n")[2].partition("```")[0]
    resource = next(line for line in block.splitlines() if line.startswith("resource")).partition(" = ")[2]
    named = {
        "change": "health_check_with_task_definition",
        "stack": SERVICE,
        "resource": json.loads(resource),
        "reason": "Both images satisfy both checks.",
    }
    (head / "approved-changes.json").write_text(json.dumps([named]))
    ended = slipway("review", str(base), str(head))
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "Approved: Both images satisfy both checks." in ended.stdout


def test_json_has_logical_ids_and_what_is_refused(base: Path, tmp_path: Path, slipway: Slipway) -> None:
    ended = slipway("review", "--json", str(base), str(edited(base, tmp_path / "head", SERVICE, both)))
    document = json.loads(ended.stdout)
    assert ended.exit_code == 1
    (refusal,) = document["refused"]
    resources = json.loads((base / f"{SERVICE}.template.json").read_text())["Resources"]
    assert resources[refusal["logical_id"]]["Type"] == "AWS::ElasticLoadBalancingV2::TargetGroup"
    assert {each["action"] for each in document["resources"]} == {"changed", "replaced"}


def test_the_price_is_told_before_and_after(base: Path, cheaper: Path, slipway: Slipway) -> None:
    costs = json.loads(slipway("review", "--json", str(base), str(cheaper)).stdout)["costs"]
    prices = {each["environment"]: (each["before_usd"], each["after_usd"]) for each in costs}
    before, after = prices["prod"]
    assert before - after > 2 * 30  # two NAT gateways at more than 0.04 USD an hour, beside the smaller tasks
    assert prices["dev"][0] == prices["dev"][1] > 0
    assert "| shared by all |" in slipway("review", str(base), str(cheaper)).stdout.partition("### Cost")[2]


def test_an_environment_that_is_new_has_a_price_only_after(base: Path, configuration: Configuration) -> None:
    staging = assemble(varied(configuration, {"staging": {"branch": None}}).select())
    (cost,) = cost_changes(*read_both(base, Path(staging.directory)), ["staging"])
    assert cost.before is None
    assert cost.after


def test_without_a_price_a_review_is_a_review_all_the_same(base: Path, one_account: CloudAssembly) -> None:
    """The price table does not know the region of staging, and dev is gone."""
    assemblies = read_both(base, Path(one_account.directory))
    costs = {each.environment: each for each in cost_changes(*assemblies, ["dev", "staging"])}
    assert costs["dev"].after is None
    assert costs["dev"].before
    assert costs["staging"].problem.startswith("there are no prices of eu-west-1")


def test_what_has_no_price_is_named(base: Path, tmp_path: Path) -> None:
    head = edited(base, tmp_path / "head", SERVICE, lambda each: each.update(It={"Type": "Acme::Shop::Thing"}))
    (cost,) = cost_changes(*read_both(base, head), ["prod"])
    assert cost.not_priced == ("Acme::Shop::Thing",)


def test_a_template_that_cannot_be_priced_is_told_as_such(base: Path, tmp_path: Path) -> None:
    def give_a_size_that_is_none(resources: dict[str, Resource]) -> None:
        of_type(resources, "AWS::ECS::TaskDefinition")["Properties"]["Cpu"] = "very much"

    head = edited(base, tmp_path / "head", SERVICE, give_a_size_that_is_none)
    (cost,) = cost_changes(*read_both(base, head), ["prod"])
    assert cost.problem
    assert (cost.before, cost.after) == (None, None)


def test_nothing_changed_ends_with_0(base: Path, tmp_path: Path, slipway: Slipway) -> None:
    head = edited(base, tmp_path / "head", SERVICE, lambda _: None)
    ended = slipway("review", str(base), str(head))
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "## Slipway review: nothing changes" in ended.stdout


@pytest.mark.parametrize("missing", ["base", "head"])
def test_a_folder_that_is_no_assembly_is_one_line_and_the_exit_code_is_2(
    missing: str, base: Path, tmp_path: Path, slipway: Slipway
) -> None:
    folders = {"base": str(base), "head": str(base)} | {missing: str(tmp_path)}
    ended = slipway("review", folders["base"], folders["head"])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        f"{tmp_path}: has no manifest.json; must be a folder that cdk synth wrote, such as cdk.out"
    ]


def test_the_same_folder_twice_is_one_line_and_the_exit_code_is_2(base: Path, slipway: Slipway) -> None:
    ended = slipway("review", str(base), str(base))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [f"{base}: is BASE and HEAD; must be two folders, such as those of two commits"]


def test_a_review_needs_neither_a_project_nor_the_cdk_nor_aws(base: Path, tmp_path: Path) -> None:
    head = Path(shutil.copytree(base, tmp_path / "head"))
    ended = subprocess.run(
        [sys.executable, "-c", LOADED_MODULES, "review", str(base), str(head)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ended.stderr.split())
    assert "operations" in loaded
    assert not loaded & {"boto3", "botocore", "aws_cdk", "jsii", "cfnlint", "sandbox"}
