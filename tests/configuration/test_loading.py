"""Reading `slipway.toml`: what every problem with the file, its keys and its types looks like."""

import datetime as dt
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from configuration import ConfigurationError, find, load
from configuration.identity import Identity
from tests.configuration.conftest import REMOVED, Problems, Read
from tests.conftest import PROJECT

OPERATOR = {"identity.operator": {"principal_arn": "arn:aws:iam::111111111111:root"}}


def test_the_document_that_the_tests_change_is_valid(problems: Problems) -> None:
    assert problems({}) == []


def test_the_file_that_comes_with_the_project_is_valid() -> None:
    assert list(load(PROJECT / "slipway.toml").environments) == ["dev", "prod", "sandbox"]


def test_a_missing_file_is_named_with_its_whole_path(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    assert complaints(path) == [f"elsewhere.toml: cannot be read: No such file or directory: {path}"]


def test_a_folder_is_not_read(tmp_path: Path) -> None:
    assert complaints(tmp_path) == [f"{tmp_path.name}: cannot be read: Is a directory: {tmp_path}"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[github\n", "Expected ']' at the end of a table declaration (at line 1, column 8)"),
        (b"[github]\nowner = acme\n", "Invalid value (at line 2, column 9)"),
        (b"[github]\nowner = 'a'\nowner = 'b'\n", "Cannot overwrite a value (at line 3, column 12)"),
        (b"account = 000000000000\n", "Expected newline or end of document after a statement (at line 1, column 12)"),
        (b"owner = '\xff'\n", "'utf-8' codec can't decode byte 0xff in position 9: invalid start byte"),
    ],
)
def test_broken_toml_is_one_line_with_the_place(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "slipway.toml"
    path.write_bytes(content)
    assert complaints(path) == [f"slipway.toml: is not valid TOML: {reason}"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("environmnets", "did you mean 'environments'?"),
        ("domain", "known are approved_changes, environments, github, identity, registry, sandbox"),
        ("github.organisation", "known are default_branch, owner, owner_id, repository, repository_id"),
        ("registry.release_kept", "did you mean 'releases_kept'?"),
        ("sandbox.ports", "did you mean 'port'?"),
        ("identity.permission_boundary", "did you mean 'permissions_boundary'?"),
        ("identity.build.role", "did you mean 'role_name'?"),
        ("identity.operator.arn", "known are mfa, principal_arn, role_name, session_minutes"),
        ("environments.dev.availability_zone", "did you mean 'availability_zones'?"),
        (
            "environments.dev.vpc",
            (
                "known are account, alerts, availability_zones, branch, container_insights, "
                "dashboards, github_environment, image, load_balancer, network, objectives, region, "
                "retain_data, rollout, task, tasks, telemetry, tracing"
            ),
        ),
        ("environments.dev.network.nats", "did you mean 'nat'?"),
        ("environments.dev.load_balancer.certificate", "did you mean 'certificate_arn'?"),
        ("environments.dev.load_balancer.firewall.limit", "known are requests_per_five_minutes"),
        ("environments.dev.task.memories", "did you mean 'memory'?"),
        (
            "environments.dev.tasks.desired",
            "known are count, cpu_percent, max, memory_percent, min, requests_per_task, schedules, spot_percent",
        ),
        ("environments.dev.rollout.strat", "did you mean 'strategy'?"),
        ("environments.dev.alerts.teams", "known are emails, pagerduty_region, pagerduty_secret_arn, slack"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest_or_all_known_ones(key: str, hint: str, problems: Problems) -> None:
    assert problems(OPERATOR | {key: 1}) == [f"slipway.toml: {key}: is not known here; {hint}"]


def test_the_name_of_an_environment_is_not_a_key_in_its_table(problems: Problems) -> None:
    assert problems({"environments.dev.name": "dev"}) == [
        "slipway.toml: environments.dev.name: is not known here; an environment has the name of its table"
    ]


@pytest.mark.parametrize(
    "key",
    [
        "github",
        "github.owner",
        "github.repository",
        "registry",
        "registry.account",
        "registry.region",
        "environments",
        "environments.dev.account",
        "environments.dev.region",
        "environments.dev.availability_zones",
        "environments.dev.network",
        "environments.dev.network.cidr",
        "environments.dev.load_balancer",
        "identity.operator.principal_arn",
    ],
)
def test_what_has_no_default_is_required(key: str, problems: Problems) -> None:
    assert problems(OPERATOR | {key: REMOVED}) == [f"slipway.toml: {key}: is required"]


def test_everything_else_has_a_default(read: Read) -> None:
    tables = {
        "github": ["owner_id", "repository_id"],
        "registry": ["repository", "releases_kept"],
        "environments.dev": ["image", "branch", "retain_data", "task", "tasks", "alerts"],
        "environments.dev.network": ["nat", "flow_logs"],
    }
    left_out = {f"{table}.{key}": REMOVED for table, keys in tables.items() for key in keys}
    configuration = read(left_out | {"sandbox": REMOVED})
    environment = configuration.environment("dev")
    assert (configuration.github.owner_id, configuration.github.repository_id) == (None, None)
    assert (configuration.registry.repository, configuration.registry.releases_kept) == ("slipway", 500)
    assert (configuration.registry.encryption, configuration.registry.rollback_depth) == ("aes256", 10)
    assert configuration.identity == Identity()
    assert environment.github_environment == "dev"
    assert configuration.sandbox.port == 4566
    assert (environment.image, environment.branch, environment.retain_data) == ("ecr", None, True)
    assert (environment.network.nat, environment.network.flow_logs) == ("gateway", True)
    assert (environment.task.cpu, environment.task.memory, environment.task.architecture) == (256, 512, None)
    assert (environment.tasks.min, environment.tasks.max) == (1, 4)
    assert environment.alerts.emails == ()


@pytest.mark.parametrize(
    ("key", "expected", "value", "shown"),
    [
        ("registry.account", "a string in quotes", 222222222222, "222222222222"),
        ("registry.account", "a string in quotes", True, "true"),
        ("registry.account", "a string in quotes", ["222222222222"], "an array"),
        ("registry.region", "a string in quotes", {"name": "eu-central-1"}, "a table"),
        ("github.owner", "a string in quotes", dt.date(2026, 11, 23), "2026-11-23"),
        ("github.owner_id", "an integer", "11", "'11'"),
        ("sandbox.port", "an integer", "4566", "'4566'"),
        ("environments.dev.tasks.min", "an integer", True, "true"),
        ("environments.dev.tasks.max", "an integer", 4.5, "4.5"),
        ("environments.dev.task.cpu", "an integer", 256.0, "256.0"),
        ("environments.dev.retain_data", "true or false", "yes", "'yes'"),
        ("environments.dev.network.flow_logs", "true or false", 1, "1"),
        ("environments.dev.availability_zones", "an array", "eu-west-1a", "'eu-west-1a'"),
        ("environments.dev.availability_zones[0]", "a string in quotes", [1, "eu-west-1b"], "1"),
        ("environments.dev.alerts.emails", "an array", "on-call@example.com", "'on-call@example.com'"),
        ("environments.dev.image", "'ecr', 'ghcr' or 'asset'", True, "true"),
        ("environments.dev.network.cidr", "an IPv4 network such as '10.10.0.0/16'", 10, "10"),
        ("environments.dev.network", "a table", "10.10.0.0/16", "'10.10.0.0/16'"),
        ("environments.dev", "a table", ["dev"], "an array"),
        ("environments", "a table", "dev", "'dev'"),
        ("registry", "a table", 5, "5"),
        ("identity", "a table", "slipway", "'slipway'"),
        ("identity.operator", "a table", "me", "'me'"),
        ("identity.build.session_minutes", "an integer", "60", "'60'"),
        ("identity.existing_oidc_provider_arns", "an array", "arn", "'arn'"),
        ("identity.permissions_boundary", "a string in quotes", True, "true"),
    ],
)
def test_a_value_of_the_wrong_type_is_answered_in_the_words_of_toml(
    key: str, expected: str, value: object, shown: str, problems: Problems
) -> None:
    assert problems({re.sub(r"\[\d\]$", "", key): value}) == [f"slipway.toml: {key}: must be {expected}, is {shown}"]


def test_all_problems_are_told_at_once(problems: Problems) -> None:
    told = problems(
        {
            "github.owner": REMOVED,
            "registry.account": 222222222222,
            "registry.tag": "latest",
            "environments.prod.tasks.max": 1,
            "environments.prod.load_balancer": {},
            "environments.dev.account": "000000000000",
            "environments.dev.availability_zones": ["eu-west-1", "eu-west-1b"],
            "environments.sandbox.network.cidr": "10.0.0.0/8",
            "identity.diff.session_minutes": 1,
        }
    )
    assert sorted(line.removeprefix("slipway.toml: ").partition(":")[0] for line in told) == [
        "environments.dev.account",
        "environments.dev.availability_zones[0]",
        "environments.prod.load_balancer",
        "environments.prod.tasks.max",
        "environments.sandbox.network.cidr",
        "github.owner",
        "identity.diff.session_minutes",
        "registry.account",
        "registry.tag",
    ]


def test_the_problems_are_also_there_one_by_one(read: Read) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read({"github.owner": REMOVED, "sandbox.port": 80})
    assert raised.value.problems == (
        "slipway.toml: github.owner: is required",
        "slipway.toml: sandbox.port: must be at least 1024, is 80",
    )


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (("github",), "owner"),
        (("registry",), "account"),
        (("sandbox",), "port"),
        (("environments", "dev"), "branch"),
        (("environments", "dev", "network"), "nat"),
        (("environments", "dev", "tasks"), "max"),
        ((), "registry"),
    ],
)
def test_nothing_can_be_changed_after_loading(table: tuple[str, ...], key: str, read: Read) -> None:
    section: object = read({})
    for part in table:
        section = section[part] if isinstance(section, dict) else getattr(section, part)
    with pytest.raises(ValidationError, match="Instance is frozen"):
        setattr(section, key, getattr(section, key))


def test_find_takes_the_file_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "slipway.toml").touch()
    assert find(tmp_path) == tmp_path / "slipway.toml"


def test_find_takes_the_nearest_file_above(tmp_path: Path) -> None:
    start = tmp_path / "project" / "service" / "app"
    start.mkdir(parents=True)
    (tmp_path / "slipway.toml").touch()
    (tmp_path / "project" / "slipway.toml").touch()
    assert find(start) == tmp_path / "project" / "slipway.toml"


def test_find_takes_no_folder_of_that_name(tmp_path: Path) -> None:
    start = tmp_path / "project"
    (start / "slipway.toml").mkdir(parents=True)
    (tmp_path / "slipway.toml").touch()
    assert find(start) == tmp_path / "slipway.toml"


def test_find_starts_from_the_working_directory_when_the_folder_is_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slipway.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert find(Path()) == tmp_path / "slipway.toml"


def test_find_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        find(tmp_path)
    assert (
        str(raised.value) == f"slipway.toml: is neither in {tmp_path} nor in a folder above it; slipway init writes one"
    )


def complaints(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    return str(raised.value).splitlines()
