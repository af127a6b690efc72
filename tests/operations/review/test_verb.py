"""`slipway review` as a shell runs it: what it prints, with which prices, and how it ends."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from operations.review.comparison import read_both
from operations.review.costs import cost_changes
from tests.conftest import PROJECT, varied
from tests.operations.conftest import Slipway
from tests.operations.loaded_modules import LOADED_MODULES
from tests.operations.review.review_assemblies import (
    SERVICE,
    Resource,
    both,
    edited,
    of_type,
)
from tests.synthesis import assemble


@pytest.fixture(scope="module")
def base(assembly: CloudAssembly) -> Path:
    return Path(assembly.directory)


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
        f"{tmp_path}: has no manifest.json; must be a folder that cdk synth wrote, as make synth writes cdk.out"
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
