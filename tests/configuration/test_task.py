"""`[environments.NAME.task]`: every rule, by the line that a user sees."""

from itertools import pairwise

import pytest

from configuration.task import FARGATE_MEMORY_MIB
from tests.configuration.conftest import REMOVED, Problems, Read

DEV = "environments.dev"
TASK = f"{DEV}.task"
NAME = "must be an environment variable's name of capital letters, digits and _, no digit first"
PROGRAM = "must be a program and its arguments, none of them empty"
PATH = "must be a path that begins with /, of letters, digits and . _ ~ - /"
SECRET = (
    "must be the whole ARN of a Secrets Manager secret, with the six characters at its end and, for one key of its "
    "JSON, with :KEY, or the name of an SSM parameter such as '/app/dev/api-key'"
)
ARN = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:app-AbCdEf"


@pytest.mark.parametrize(
    ("cpu", "memory", "complaint"),
    [
        (300, 512, "cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, is 300"),
        (256, 4096, "memory must be one of 512, 1024, 2048 MiB when cpu is 256, is 4096"),
        (256, 8192, "memory must be one of 512, 1024, 2048 MiB when cpu is 256, is 8192"),
        (512, 512, "memory must be one of 1024, 2048, 3072, 4096 MiB when cpu is 512, is 512"),
    ],
)
def test_a_size_that_fargate_does_not_have_is_answered_with_those_it_has(
    cpu: int, memory: int, complaint: str, problems: Problems
) -> None:
    assert problems({f"{TASK}.cpu": cpu, f"{TASK}.memory": memory}) == [f"slipway.toml: {TASK}: {complaint}"]


# Smallest, second and largest memory for each number of CPU units, from AWS's table of Fargate task sizes.
@pytest.mark.parametrize(
    ("cpu", "smallest", "second", "largest"),
    [
        (256, 512, 1024, 2048),
        (512, 1024, 2048, 4096),
        (1024, 2048, 3072, 8192),
        (2048, 4096, 5120, 16384),
        (4096, 8192, 9216, 30720),
        (8192, 16384, 20480, 61440),
        (16384, 32768, 40960, 122880),
    ],
)
def test_the_sizes_are_those_of_fargate(cpu: int, smallest: int, second: int, largest: int) -> None:
    sizes = FARGATE_MEMORY_MIB[cpu]
    assert (sizes[0], sizes[1], sizes[-1]) == (smallest, second, largest)
    assert {later - earlier for earlier, later in pairwise(sizes)} <= {second - smallest, 1024}


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("architecture", "arm", "must be 'arm64' or 'x86_64', is 'arm'"),
        ("port", 0, "must be at least 1, is 0"),
        ("port", 65_536, "must be at most 65535, is 65536"),
        ("liveness_path", "health/live", f"{PATH}, is 'health/live'"),
        ("liveness_path", "/live; rm -r /", f"{PATH}, is '/live; rm -r /'"),
        ("readiness_path", "/ready?deep=1", f"{PATH}, is '/ready?deep=1'"),
        ("readiness_path", "", f"{PATH}, is ''"),
        ("health_command", "/probe", "must be an array, is '/probe'"),
        ("health_command", [], f"{PROGRAM}, is []"),
        ("health_command", ["/probe", ""], f"{PROGRAM}, is ['/probe', '']"),
        ("start_seconds", -1, "must be at least 0, is -1"),
        ("start_seconds", 301, "must be at most 300, is 301"),
        ("graceful_shutdown_seconds", 0, "must be at least 1, is 0"),
        ("graceful_shutdown_seconds", 120, "must be at most 119, is 120"),
        ("stop_timeout_seconds", 1, "must be at least 2, is 1"),
        ("stop_timeout_seconds", 121, "must be at most 120, is 121"),
        ("stop_timeout_seconds", 20, "must be more than task.graceful_shutdown_seconds (20), is 20"),
        ("keep_alive_seconds", 60, "must be more than 60, the load balancer's idle timeout, is 60"),
        ("ephemeral_storage_gib", 20, "must be at least 21, is 20"),
        ("ephemeral_storage_gib", 201, "must be at most 200, is 201"),
        ("exec", "yes", "must be true or false, is 'yes'"),
        ("variables", ["LOG_LEVEL"], "must be a table, is an array"),
    ],
)
def test_a_bad_value_is_one_line(key: str, value: object, line: str, problems: Problems) -> None:
    assert problems({f"{TASK}.{key}": value}) == [f"slipway.toml: {TASK}.{key}: {line}"]


def test_the_default_of_the_stop_timeout_is_no_excuse(problems: Problems) -> None:
    assert problems({f"{TASK}.graceful_shutdown_seconds": 30}) == [
        f"slipway.toml: {TASK}.stop_timeout_seconds: must be more than task.graceful_shutdown_seconds (30), is 30"
    ]


@pytest.mark.parametrize(
    "table",
    [
        {"port": 1, "start_seconds": 0, "ephemeral_storage_gib": 21},
        {"port": 65_535, "start_seconds": 300, "ephemeral_storage_gib": 200},
        {"graceful_shutdown_seconds": 1, "stop_timeout_seconds": 2},
        {"graceful_shutdown_seconds": 119, "stop_timeout_seconds": 120},
        {"keep_alive_seconds": 61},
        {"liveness_path": "/", "readiness_path": "/a-b_c.d~e/f"},
        {"health_command": ["/probe"]},
    ],
)
def test_the_bounds_themselves_are_allowed(table: dict[str, object], problems: Problems) -> None:
    assert problems({f"{TASK}.{key}": value for key, value in table.items()}) == []


@pytest.mark.parametrize("kind", ["variables", "secrets"])
@pytest.mark.parametrize("name", ["log_level", "2ND", "LOG-LEVEL", "", "Ä"])
def test_names_are_those_of_environment_variables(kind: str, name: str, problems: Problems) -> None:
    place = f"{TASK}.{kind}.{name}"
    assert problems({f"{TASK}.{kind}": {name: "/app/value"}}) == [f"slipway.toml: {place}: {NAME}, is {name!r}"]


@pytest.mark.parametrize("kind", ["variables", "secrets"])
def test_the_names_that_the_stack_sets_are_taken(kind: str, problems: Problems) -> None:
    names = ["ENVIRONMENT", "IMAGE_TAG", "FORWARDED_ALLOW_IPS"]
    assert problems({f"{TASK}.{kind}": dict.fromkeys([*names, "OTHER"], "/app/value")}) == [
        f"slipway.toml: {TASK}.{kind}.{name}: is set by the service stack; choose another name" for name in names
    ]


def test_a_variable_is_text(problems: Problems) -> None:
    assert problems({f"{TASK}.variables": {"WORKERS": 4, "DEBUG": True}}) == [
        f"slipway.toml: {TASK}.variables.WORKERS: must be a string in quotes, is 4",
        f"slipway.toml: {TASK}.variables.DEBUG: must be a string in quotes, is true",
    ]


def test_a_name_is_not_a_variable_and_a_secret(problems: Problems) -> None:
    changes = {f"{TASK}.variables": {"TOKEN": "abc", "_A": ""}, f"{TASK}.secrets": {"KEY": "/key", "TOKEN": "/token"}}
    assert problems(changes) == [f"slipway.toml: {TASK}.secrets.TOKEN: is also in task.variables; a name has one value"]


@pytest.mark.parametrize(
    "reference",
    [
        ARN,
        f"{ARN}:password",
        f"{ARN}:user.name",
        "arn:aws:secretsmanager:eu-west-1:111111111111:secret:app/dev/a+b=c.d@e_f-AbCdEf",
        "/key",
        "/app/dev/api-key_2.b",
    ],
)
def test_a_secret_is_one_of_secrets_manager_or_a_parameter(reference: str, read: Read) -> None:
    secrets = read({f"{TASK}.secrets": {"SECRET": reference}}).environment("dev").task.secrets
    assert secrets == {"SECRET": reference}


@pytest.mark.parametrize(
    "reference",
    [
        ARN.removesuffix("-AbCdEf"),
        f"{ARN}:",
        f"{ARN}:password::",
        f"{ARN}:password:AWSCURRENT:",
        f"{ARN}-??????",
        "arn:aws:ssm:eu-west-1:111111111111:parameter/app/dev/api-key",
        "app/dev/api-key",
        "/app/dev/",
        "/app/dev/*",
        "hunter2",
    ],
)
def test_whatever_else_is_called_a_secret_is_one_line(reference: str, problems: Problems) -> None:
    assert problems({f"{TASK}.secrets": {"SECRET": reference}}) == [
        f"slipway.toml: {TASK}.secrets.SECRET: {SECRET}, is {reference!r}"
    ]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("eu-central-1:111111111111", "must be in region eu-west-1, is in eu-central-1"),
        ("eu-west-1:222222222222", "must be in account 111111111111, is in 222222222222"),
    ],
)
def test_secrets_are_where_the_tasks_are(place: str, wrong: str, problems: Problems) -> None:
    secrets = {"KEY": "/key", "TOKEN": f"arn:aws:secretsmanager:{place}:secret:app-AbCdEf:token"}
    assert problems({f"{TASK}.secrets": secrets}) == [f"slipway.toml: {TASK}.secrets.TOKEN: {wrong}"]


def test_what_is_left_out_has_a_default(read: Read) -> None:
    task = read({TASK: REMOVED}).environment("dev").task
    assert (task.port, task.liveness_path, task.readiness_path) == (8000, "/health/live", "/health/ready")
    assert (task.start_seconds, task.graceful_shutdown_seconds, task.stop_timeout_seconds) == (5, 20, 30)
    assert (task.keep_alive_seconds, task.ephemeral_storage_gib, task.exec) == (75, None, False)
    assert (task.variables, task.secrets) == ({}, {})
