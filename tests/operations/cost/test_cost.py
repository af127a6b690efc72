"""`slipway cost`, over the templates of the project's own configuration and over folders that are no assembly."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from operations.cost.environments import price
from operations.cost.profile import Profile
from operations.errors import OperationError
from operations.rendering.cost import lines
from tests.conftest import Template
from tests.operations.conftest import Slipway
from tests.synthesis import VALIDATION


@pytest.fixture(scope="session")
def folder(assembly: CloudAssembly) -> str:
    """Every environment but the sandbox, as `cdk synth` writes it."""
    return assembly.directory


@pytest.fixture(scope="session")
def sandbox_folder(sandbox_assembly: CloudAssembly) -> str:
    return sandbox_assembly.directory


def data_of(printed: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(printed)
    return data


@pytest.mark.parametrize("environment", ["dev", "prod", "sandbox"])
def test_every_resource_of_every_environment_is_priced_or_known_to_be_free(
    environment: str, templates: Mapping[str, Template], configuration: Configuration
) -> None:
    estimate = price(configuration, templates, Profile(), names=[environment]).environments[environment]
    assert estimate.not_priced == ()
    assert estimate.region == configuration.environment(environment).region
    assert {"Load balancers", "KMS keys", "Logs of containers"} <= {item.name for item in estimate.items}
    assert 40 < estimate.total_usd < 400


def test_the_tasks_and_gateways_of_the_configuration_are_those_that_are_priced(
    templates: Mapping[str, Template], configuration: Configuration
) -> None:
    dev, prod = price(configuration, templates, Profile(), names=["dev", "prod"]).environments.values()
    of_dev, of_prod = ({item.name: float(item.quantity) for item in each.items} for each in (dev, prod))
    assert (of_dev["Fargate vCPU, arm64"], of_prod["Fargate vCPU, arm64"]) == (730 / 4, 730 + 730 / 4 * 2)
    assert (of_dev["Public addresses of tasks"], of_prod["NAT gateways"]) == (730, 3 * 730)
    assert "NAT gateways" not in of_dev
    assert "Public addresses of tasks" not in of_prod


def test_all_environments_are_priced_with_what_they_share(slipway: Slipway, folder: str) -> None:
    ended = slipway("cost", "--assembly", folder)
    tables = ended.stdout.split("\n\n")
    assert [table.splitlines()[0] for table in tables[:3]] == [
        "dev: USD a month, with the prices of eu-central-1",
        "prod: USD a month, with the prices of eu-central-1",
        "shared by all: USD a month, with the prices of eu-central-1",
    ]
    totals = [table.splitlines()[-1].split() for table in tables[:4]]
    assert [words[0] for words in totals] == ["total", "total", "total", "all"]
    assert sum(float(words[-1]) for words in totals[:3]) == pytest.approx(float(totals[3][-1]))
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_a_table_adds_up_as_it_is_printed_and_stays_within_80_columns(slipway: Slipway, folder: str) -> None:
    printed = slipway("cost", "prod", "--assembly", folder).stdout.splitlines()
    assert max(len(line) for line in printed) == 80
    end = next(number for number, line in enumerate(printed) if line.startswith("total"))
    assert sum(float(line.split()[-1]) for line in printed[2:end]) == pytest.approx(float(printed[end].split()[-1]))
    assert not [line for line in printed if line.startswith(("shared", "all together"))]


def test_the_assumptions_are_printed_as_the_options_that_change_them(slipway: Slipway, folder: str) -> None:
    default = slipway("cost", "dev", "--assembly", folder).stdout
    assumed = " ".join(default[default.index("Assumed:") :].split("Tasks run")[0].split()).removeprefix("Assumed: ")
    assert assumed.startswith("--requests 1000000 --gigabytes-out 10 ")
    assert slipway("cost", "dev", "--assembly", folder, *assumed.split()).stdout == default
    busy = slipway("cost", "dev", "--assembly", folder, "--requests", "90000000", "--log-gigabytes", "5")
    assert "--requests 90000000" in busy.stdout
    assert "Logs of containers                            5 GB                0.63      3.15" in busy.stdout


@pytest.mark.parametrize("value", ["-1", "nan", "inf"])
def test_a_quantity_that_is_none_is_bad_input(slipway: Slipway, folder: str, value: str) -> None:
    ended = slipway("cost", "dev", "--assembly", folder, "--log-gigabytes", value)
    assert "'--log-gigabytes'" in ended.stderr
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_json_has_every_line_with_the_date_and_the_source_of_its_price(slipway: Slipway, folder: str) -> None:
    data = data_of(slipway("cost", "--assembly", folder, "--json", "--emails", "0").stdout)
    assert data["currency"] == "USD"
    assert data["profile"]["emails"] == 0
    assert list(data["environments"]) == ["dev", "prod"]
    estimates = [*data["environments"].values(), data["shared"]]
    assert sum(each["total_usd"] for each in estimates) == pytest.approx(data["total_usd"])
    for each in estimates:
        assert sum(item["monthly_usd"] for item in each["items"]) == pytest.approx(each["total_usd"])
        assert each["not_priced"] == []
    assert data["environments"]["dev"]["items"][0] == {
        "name": "Fargate vCPU, arm64",
        "quantity": 182.5,
        "unit": "vCPU-hour",
        "unit_usd": 0.03725,
        "monthly_usd": 6.8,
        "price": {
            "date": "2026-06-30",
            "source": "page, as quoted in June 2026",
            "page": "https://aws.amazon.com/fargate/pricing/",
        },
    }


def test_the_prices_of_another_region_can_be_asked_for(slipway: Slipway, folder: str) -> None:
    ended = slipway("cost", "dev", "--assembly", folder, "--price-region", "us-east-1", "--json")
    dev = data_of(ended.stdout)["environments"]["dev"]
    assert (dev["region"], dev["items"][0]["unit_usd"]) == ("us-east-1", 0.03238)


def test_what_is_not_priced_is_said_below_the_table(
    templates: Mapping[str, Template], configuration: Configuration
) -> None:
    service = templates["slipway-dev-service"]
    database = {"Database": {"Type": "AWS::RDS::DBInstance"}}
    with_database = {**templates, "slipway-dev-service": service | {"Resources": service["Resources"] | database}}
    printed = lines(price(configuration, with_database, Profile(), names=["dev"]))
    assert "not priced: AWS::RDS::DBInstance: the price table does not know this type" in printed


@pytest.fixture(scope="session")
def home() -> str:
    """Of the user, before a test is given one of its own: there jsii keeps what it takes ten seconds to unpack."""
    return os.environ["HOME"]


def test_without_an_assembly_the_app_is_synthesised_and_its_progress_is_told(
    home: str, slipway: Slipway, shell: pytest.MonkeyPatch, folder: str
) -> None:
    shell.setenv("HOME", home)
    shell.setenv(VALIDATION, "false")
    ended = slipway("cost", "dev")
    assert ended.stdout == slipway("cost", "dev", "--assembly", folder).stdout
    begun, done = ended.stderr.splitlines()
    assert begun == "... synthesise the app"
    assert done.startswith("done synthesise the app in ")
    assert ended.exit_code == 0


def test_an_app_that_does_not_synthesise_says_why(slipway: Slipway, shell: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "app.py"
    broken.write_text("import sys; sys.exit('a stack is called twice')")
    shell.setattr("operations.cost.assembly.APP", broken)
    ended = slipway("cost", "dev")
    assert "FAILED synthesise the app after" in ended.stderr
    assert ended.stderr.endswith(
        "slipway: the app does not synthesise:\na stack is called twice.\nMend that; make synth tells the same.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_a_folder_that_is_no_assembly_is_bad_input(slipway: Slipway, tmp_path: Path) -> None:
    ended = slipway("cost", "--assembly", str(tmp_path))
    assert ended.stderr == (
        f"slipway: {tmp_path} is not a folder that cdk synth wrote: manifest.json: No such file or directory.\n"
        "Name one that has a manifest.json, such as cdk.out, or leave --assembly out.\n"
    )
    assert (ended.exit_code, ended.stdout) == (2, "")


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ("{", "it has no JSON: "),
        ("{}", "manifest.json has no 'artifacts'"),
        (
            '{"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.json"}}}}',
            "A.json: No such file or directory",
        ),
    ],
)
def test_a_broken_assembly_is_bad_input(slipway: Slipway, tmp_path: Path, manifest: str, why: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    ended = slipway("cost", "--assembly", str(tmp_path))
    assert why in ended.stderr
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_an_assembly_without_the_environment_is_bad_input(slipway: Slipway, sandbox_folder: str) -> None:
    ended = slipway("cost", "dev", "--assembly", sandbox_folder)
    assert ended.stderr == (
        "slipway: the assembly has no stack slipway-dev-service.\nLeave --assembly out: the app is synthesised then.\n"
    )
    assert (ended.exit_code, ended.stdout) == (2, "")


def test_the_sandbox_is_priced_as_if_it_were_in_aws(slipway: Slipway, sandbox_folder: str) -> None:
    ended = slipway("cost", "sandbox", "--assembly", sandbox_folder)
    assert ended.stdout.startswith("sandbox: USD a month, with the prices of us-east-1\n")


def test_an_unknown_environment_is_bad_input_before_anything_is_synthesised(slipway: Slipway) -> None:
    ended = slipway("cost", "staging")
    assert ended.stderr == "environment 'staging' is not in slipway.toml; it has dev, prod, sandbox\n"
    assert ended.exit_code == 2


def test_a_configuration_of_the_sandbox_alone_has_nothing_to_price(
    configuration: Configuration, templates: Mapping[str, Template]
) -> None:
    with pytest.raises(OperationError, match="has no environment but the sandbox"):
        price(configuration.select(["sandbox"]), templates, Profile())
