"""One environment: where it runs, how large it is, and how traffic reaches it."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from configuration.types import (
    AccountId,
    Architecture,
    AvailabilityZone,
    BranchName,
    CertificateArn,
    EmailAddress,
    EnvironmentName,
    GitHubEnvironmentName,
    Ipv4Cidr,
    Region,
    Section,
)

SANDBOX = "sandbox"
"""The environment that lives in the emulated AWS."""

SANDBOX_ACCOUNT = "000000000000"
"""The account of the emulated AWS; AWS itself gives it to nobody."""

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

# The largest VPC that AWS allows ("VPC CIDR blocks"), and the smallest that holds two subnets in each of three zones
# with room for tasks.
MIN_PREFIX, MAX_PREFIX = 16, 24

# A load balancer needs two zones; a third is one more that may fail.
MIN_ZONES, MAX_ZONES = 2, 3


class Network(Section):
    """`[environments.NAME.network]`: the VPC.

    Attributes:
        cidr: /16 to /24, so that two subnets in each of three zones fit.
        nat: how tasks reach the internet. `none`: they sit in public subnets; `gateway`: one NAT gateway;
            `gateway_per_az`: one in each zone.
        flow_logs: accepted and rejected traffic goes to CloudWatch Logs.
    """

    cidr: Ipv4Cidr
    nat: Literal["none", "gateway", "gateway_per_az"] = "gateway"
    flow_logs: bool = True

    @field_validator("cidr")
    @classmethod
    def _cidr_leaves_room(cls, cidr: IPv4Network) -> IPv4Network:
        if not MIN_PREFIX <= cidr.prefixlen <= MAX_PREFIX:
            raise ValueError(f"must be a /{MIN_PREFIX} to /{MAX_PREFIX} network, is {str(cidr)!r}")
        return cidr


class LoadBalancer(Section):
    """`[environments.NAME.load_balancer]`: how clients reach the service.

    Attributes:
        certificate_arn: HTTPS with this certificate; HTTP is redirected to it.
        plain_http: HTTP without a certificate. One of the two must be given.
    """

    certificate_arn: CertificateArn | None = None
    plain_http: bool = False

    @model_validator(mode="after")
    def _either_encrypted_or_plain(self) -> Self:
        if self.plain_http == (self.certificate_arn is not None):
            raise ValueError("must have either certificate_arn or plain_http = true")
        return self


class Task(Section):
    """`[environments.NAME.task]`: the size of one task.

    Attributes:
        cpu: CPU units; 1024 are one vCPU.
        memory: MiB.
        architecture: omitted, arm64; in the sandbox, that of the machine.
    """

    cpu: int = 256
    memory: int = 512
    architecture: Architecture | None = None

    @model_validator(mode="after")
    def _fargate_has_this_size(self) -> Self:
        if self.cpu not in FARGATE_MEMORY_MIB:
            raise ValueError(f"cpu must be one of {_listed(FARGATE_MEMORY_MIB)}, is {self.cpu}")
        if self.memory not in FARGATE_MEMORY_MIB[self.cpu]:
            allowed = _listed(FARGATE_MEMORY_MIB[self.cpu])
            raise ValueError(f"memory must be one of {allowed} MiB when cpu is {self.cpu}, is {self.memory}")
        return self


class Tasks(Section):
    """`[environments.NAME.tasks]`: how many tasks run at least and at most."""

    min: int = Field(default=1, ge=1, le=1000)
    max: int = Field(default=4, ge=1, le=1000, validate_default=True)

    @field_validator("max")
    @classmethod
    def _max_is_at_least_min(cls, value: int, info: ValidationInfo) -> int:
        minimum = info.data.get("min", 1)
        if value < minimum:
            raise ValueError(f"must be at least tasks.min ({minimum}), is {value}")
        return value


class Alerts(Section):
    """`[environments.NAME.alerts]`: who is told.

    Attributes:
        emails: subscribed to pages and tickets; AWS asks each address to confirm.
    """

    emails: tuple[EmailAddress, ...] = Field(default=(), strict=False)


class Environment(Section):
    """`[environments.NAME]`: one deployment of the whole stack.

    Attributes:
        name: the NAME of the table.
        github_environment: whose jobs may deploy here; omitted, the GitHub environment NAME.
        availability_zones: written down, not looked up, so that synthesis needs no credentials.
        image: where the running image comes from. `ecr` and `ghcr`: a registry, the tag being the stack parameter
            `ImageTag`; `asset`: CDK builds `service/Dockerfile` itself.
        branch: whose pushes are deployed here; omitted, none are.
        retain_data: logs, images and keys outlive their stack.
    """

    name: EnvironmentName
    github_environment: GitHubEnvironmentName = Field(default_factory=lambda validated: validated["name"])
    account: AccountId
    region: Region
    availability_zones: tuple[AvailabilityZone, ...] = Field(strict=False)
    image: Literal["ecr", "ghcr", "asset"] = "ecr"
    branch: BranchName | None = None
    retain_data: bool = True
    network: Network
    load_balancer: LoadBalancer
    task: Task = Task()
    tasks: Tasks = Tasks()
    alerts: Alerts = Alerts()

    @field_validator("account")
    @classmethod
    def _only_the_sandbox_is_in_the_emulated_account(cls, account: str, info: ValidationInfo) -> str:
        if "name" in info.data and (account == SANDBOX_ACCOUNT) != (info.data["name"] == SANDBOX):
            raise ValueError(f"{SANDBOX_ACCOUNT} is the account of the environment {SANDBOX!r}, and of no other")
        return account

    @field_validator("image")
    @classmethod
    def _the_sandbox_builds_its_image(cls, image: str, info: ValidationInfo) -> str:
        if info.data.get("name") == SANDBOX and image != "ecr":
            raise ValueError(f"must be 'ecr' in {SANDBOX}, whose image make up builds and pushes, is {image!r}")
        return image

    @field_validator("availability_zones")
    @classmethod
    def _zones_are_in_the_region(cls, zones: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        region = info.data.get("region")
        strangers = [zone for zone in zones if region and zone[:-1] != region]
        if strangers:
            raise ValueError(f"must be zones of {region}, not {', '.join(strangers)}")
        if not MIN_ZONES <= len(zones) <= MAX_ZONES:
            raise ValueError(f"must be {MIN_ZONES} to {MAX_ZONES} zones, are {len(zones)}")
        if len(set(zones)) != len(zones):
            raise ValueError(f"must differ from each other, are {', '.join(zones)}")
        return zones

    @field_validator("load_balancer")
    @classmethod
    def _certificate_is_within_reach(cls, load_balancer: LoadBalancer, info: ValidationInfo) -> LoadBalancer:
        """A load balancer takes certificates of its own account and region only."""
        if load_balancer.certificate_arn:
            _, _, _, *place, _ = load_balancer.certificate_arn.split(":")
            for key, actual in zip(("region", "account"), place, strict=True):
                if info.data.get(key, actual) != actual:
                    raise ValueError(f"certificate_arn must be in {key} {info.data[key]}, is in {actual}")
        return load_balancer

    @property
    def cluster_name(self) -> str:
        """Of the ECS cluster; roles are granted rights on just this name."""
        return f"slipway-{self.name}"

    @property
    def service_name(self) -> str:
        """Of the ECS service; likewise."""
        return f"slipway-{self.name}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
