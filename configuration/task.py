"""One task of an environment: its size, what its container is told, and how long it takes to start and to stop."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.types import Architecture, Port, RequestPath, SecretReference, Section, VariableName

# Task sizes of Fargate on Linux, CPU units to MiB: "Amazon ECS task definition parameters for Fargate", "Task size".
FARGATE_MEMORY_MIB: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}

RESERVED_VARIABLES = ("ENVIRONMENT", "IMAGE_TAG", "FORWARDED_ALLOW_IPS")
"""What the service stack itself tells the container."""

IDLE_TIMEOUT_SECONDS = 60
"""After which an Application Load Balancer closes an idle connection: "Connection idle timeout" in its user guide."""


def _not_reserved(name: str) -> str:
    if name in RESERVED_VARIABLES:
        raise ValueError("is set by the service stack; choose another name")
    return name


OwnVariableName = Annotated[VariableName, AfterValidator(_not_reserved)]


def _a_program(words: tuple[str, ...]) -> tuple[str, ...]:
    if not all(words) or not words:
        raise ValueError(f"must be a program and its arguments, none of them empty, is {list(words)}")
    return words


Command = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_a_program)]


class Task(Section):
    """`[environments.NAME.task]`: the size of one task, and what its container is told.

    Attributes:
        cpu: CPU units; 1024 are one vCPU.
        memory: MiB.
        architecture: omitted, arm64; in the sandbox, that of the machine.
        port: on which the container listens.
        liveness_path: answered with 200 as long as the process is sound; asked inside the container, with the image's
            Python, and by `make up` through the load balancer.
        health_command: a program of the image and its arguments, run inside the container in the place of asking
            liveness_path, without a shell; within 3 s it ends with 0 as long as the process is sound. For images
            without Python.
        readiness_path: answered while it can serve; asked by the load balancer.
        start_seconds: what a task may take to become ready. ECS takes up to 300: startPeriod of HealthCheck in its API
            reference. The service's grace period is longer by what the load balancer needs to see it.
        measured_start_seconds: what a container of the image was measured to take to its first good answer;
            start_seconds must not be less. The sample service needs 1.4 s with a quarter of a CPU (service/Dockerfile).
        graceful_shutdown_seconds: what the image gives requests under way after SIGTERM.
        stop_timeout_seconds: from SIGTERM to SIGKILL; more than graceful_shutdown_seconds. Fargate takes up to 120:
            "Amazon ECS task definition parameters for Fargate".
        keep_alive_seconds: how long the image's server keeps idle connections; if the load balancer does so for
            longer, it sends requests into closed ones.
        ephemeral_storage_gib: omitted, the 20 GiB that every task has.
        exec: whether ECS Exec opens shells in the container.
        variables: environment variables.
        secrets: environment variables with the value of an AWS Secrets Manager secret or one JSON key of it, by ARN,
            or of an AWS Systems Manager parameter, by name.
    """

    cpu: int = 256
    memory: int = 512
    architecture: Architecture | None = None
    port: Port = 8000
    liveness_path: RequestPath = "/health/live"
    health_command: Command | None = None
    readiness_path: RequestPath = "/health/ready"
    start_seconds: int = Field(default=5, ge=0, le=300)
    measured_start_seconds: float = Field(default=1.5, gt=0)
    graceful_shutdown_seconds: int = Field(default=20, ge=1, le=119)
    stop_timeout_seconds: int = Field(default=30, ge=2, le=120, validate_default=True)
    keep_alive_seconds: int = 75
    ephemeral_storage_gib: int | None = Field(default=None, ge=21, le=200)
    exec: bool = False
    variables: dict[OwnVariableName, str] = Field(default={})
    secrets: dict[OwnVariableName, SecretReference] = Field(default={})

    @field_validator("stop_timeout_seconds")
    @classmethod
    def _requests_are_answered_before_the_end(cls, seconds: int, info: ValidationInfo) -> int:
        graceful = info.data.get("graceful_shutdown_seconds", 0)
        if seconds <= graceful:
            raise ValueError(f"must be more than task.graceful_shutdown_seconds ({graceful}), is {seconds}")
        return seconds

    @field_validator("keep_alive_seconds")
    @classmethod
    def _connections_outlast_the_load_balancers(cls, seconds: int) -> int:
        if seconds <= IDLE_TIMEOUT_SECONDS:
            raise ValueError(
                f"must be more than {IDLE_TIMEOUT_SECONDS}, the load balancer's idle timeout, is {seconds}"
            )
        return seconds

    @field_validator("secrets")
    @classmethod
    def _a_name_has_one_value(cls, secrets: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for name in secrets:
            if name in info.data.get("variables", ()):
                raise KeyedValueError((name,), "is also in task.variables; a name has one value")
        return secrets

    @model_validator(mode="after")
    def _fargate_has_this_size(self) -> Self:
        if self.cpu not in FARGATE_MEMORY_MIB:
            raise ValueError(f"cpu must be one of {_listed(FARGATE_MEMORY_MIB)}, is {self.cpu}")
        if self.memory not in FARGATE_MEMORY_MIB[self.cpu]:
            allowed = _listed(FARGATE_MEMORY_MIB[self.cpu])
            raise ValueError(f"memory must be one of {allowed} MiB when cpu is {self.cpu}, is {self.memory}")
        return self


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
