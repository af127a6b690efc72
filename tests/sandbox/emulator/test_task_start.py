"""What a container is given when its task starts, and what is told when it cannot start."""

import io
import secrets
import struct
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.emulator.container_service import PARAMETERS, container_service

FETCHING = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "


@pytest.fixture
def stacks(engine_emulator: Any, make_stacks: Callable[..., Any]) -> Any:
    return make_stacks(engine_emulator)


@pytest.fixture
def aws(engine_emulator: Any) -> Callable[[str], Any]:
    client: Callable[[str], Any] = engine_emulator.client
    return client


@pytest.fixture
def secret(aws: Callable[[str], Any]) -> str:
    """The ARN of a secret that is a JSON object."""
    value = '{"password": "p4ss", "port": 5432}'
    return str(aws("secretsmanager").create_secret(Name="app", SecretString=value)["ARN"])


@pytest.fixture
def foreign_image(engine: Any) -> Iterator[str]:
    """An image whose program is for a processor that this is not: its machine is number 0xfff in ELF's list."""
    header = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    program = header + struct.pack("<HHIQQQIHHHHHH", 2, 0xFFF, 1, 0x400040, 64, 0, 0, 64, 56, 0, 0, 0, 0)
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        files = {"app": program, "Dockerfile": b'FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]\n'}
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    tag = f"emulator-test-foreign-{secrets.token_hex(4)}:latest"
    context.seek(0)
    engine.images.build(fileobj=context, custom_context=True, tag=tag, rm=True)
    yield tag
    engine.images.remove(tag)


def logged(group: str) -> dict[str, Any]:
    options = {"awslogs-group": group, "awslogs-region": {"Ref": "AWS::Region"}, "awslogs-stream-prefix": "web"}
    return {"LogConfiguration": {"LogDriver": "awslogs", "Options": options}}


def log_of(aws: Callable[[str], Any], task: dict[str, Any]) -> list[str]:
    stream = f"web/web/{task['taskArn'].rpartition('/')[2]}"
    events = aws("logs").get_log_events(logGroupName="web", logStreamName=stream)["events"]
    return [event["message"] for event in events]


def stopped(aws: Callable[[str], Any]) -> list[dict[str, Any]]:
    arns = aws("ecs").list_tasks(cluster="main", desiredStatus="STOPPED")["taskArns"]
    tasks: list[dict[str, Any]] = aws("ecs").describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []
    return tasks


def test_secrets_of_both_managers_are_the_containers_variables(
    engine: Any, engine_emulator: Any, aws: Callable[[str], Any], stacks: Any, images: Any, secret: str
) -> None:
    ssm = aws("ssm")
    ssm.put_parameter(Name="/app/key", Value="plain", Type="String")
    ssm.put_parameter(Name="/app/hidden", Value="decrypted", Type="SecureString")
    parameters = "arn:aws:ssm:eu-west-1:412345678901:parameter/app"
    given = {
        "WHOLE": secret,
        "PASSWORD": f"{secret}:password::",
        "PORT": f"{secret}:port::",
        "KEY": f"{parameters}/key",
        "HIDDEN": f"{parameters}/hidden",
        "BY_NAME": "/app/key",
    }
    container: dict[str, Any] = {"Secrets": [{"Name": name, "ValueFrom": source} for name, source in given.items()]}
    stacks.deploy(container_service(images.repository, **container), Parameters=PARAMETERS, parameters={"Tag": "good"})
    (running,) = engine_emulator.containers(engine)
    variables = dict(each.split("=", 1) for each in running.attrs["Config"]["Env"])
    assert {name: variables[name] for name in given} == {
        "WHOLE": '{"password": "p4ss", "port": 5432}',
        "PASSWORD": "p4ss",
        "PORT": "5432",
        "KEY": "plain",
        "HIDDEN": "decrypted",
        "BY_NAME": "plain",
    }


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "{secret}:token::",
            "unable to retrieve secret from asm: service call has been retried 1 time(s): "
            "retrieved secret from Secrets Manager did not contain json key token",
        ),
        (
            "{secret}gone",
            "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret "
            "{secret}gone from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified "
            "secret.",
        ),
        (
            "arn:aws:ssm:eu-west-1:412345678901:parameter/app/key",
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
            "invalid ssm parameters: /app/key",
        ),
    ],
    ids=["wrong key", "no secret", "no parameter"],
)
def test_a_secret_that_is_not_there_stops_the_task_with_the_reason_of_ecs(
    aws: Callable[[str], Any], stacks: Any, images: Any, secret: str, source: str, reason: str
) -> None:
    container: dict[str, Any] = {"Secrets": [{"Name": "KEY", "ValueFrom": source.format(secret=secret)}]}
    resources = container_service(images.repository, **container)
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "good"}, expect="ROLLBACK_COMPLETE")
    reasons = {(task["stopCode"], task["stoppedReason"]) for task in stopped(aws)}
    assert reasons == {("TaskFailedToStart", FETCHING + reason.format(secret=secret))}
    assert reason.format(secret=secret) in stacks.reasons()


def test_an_image_for_another_processor_exits_and_its_log_says_why(
    aws: Callable[[str], Any], stacks: Any, foreign_image: str, poll: Callable[..., Any]
) -> None:
    aws("logs").create_log_group(logGroupName="web")
    resources = container_service(foreign_image.partition(":")[0], EntryPoint=[], Command=[], **logged("web"))
    resources["Task"]["Properties"]["RuntimePlatform"] = {"CpuArchitecture": "X86_64"}
    stacks.deploy(resources, Parameters=PARAMETERS, parameters={"Tag": "latest"}, expect="ROLLBACK_COMPLETE")
    (first, *_) = stopped(aws)
    assert first["stopCode"] == "EssentialContainerExited"
    assert first["containers"][0]["exitCode"] != 0
    assert poll(lambda: log_of(aws, first))[-1].endswith("exec format error")


def test_the_last_line_of_a_crash_is_in_its_log_stream(
    aws: Callable[[str], Any], stacks: Any, images: Any, poll: Callable[..., Any]
) -> None:
    aws("logs").create_log_group(logGroupName="web")
    resources = container_service(images.repository, **logged("web"))
    crash = {"Tag": "good", "Program": "echo first; echo no database >&2; exit 1"}
    stacks.begin(resources, Parameters=PARAMETERS, parameters=crash)
    stacks.settled()  # where its first task takes seconds to crash, the rollout was over before
    (first, *_) = poll(lambda: stopped(aws))
    poll(lambda: log_of(aws, first) == ["first", "no database"])
