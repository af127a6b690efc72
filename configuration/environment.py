"""One environment: where it runs, how large it is, and how traffic reaches it."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from configuration.alerts import Alerts
from configuration.errors import KeyedValueError
from configuration.load_balancer import LoadBalancer
from configuration.network import Network
from configuration.rollout import Rollout
from configuration.task import Task
from configuration.tasks import Tasks
from configuration.telemetry import MIN_TASK_MEMORY, TELEMETRY_VARIABLES, Dashboards, Objectives, Tracing
from configuration.types import (
    AccountId,
    AvailabilityZone,
    BranchName,
    EnvironmentName,
    GitHubEnvironmentName,
    Region,
    Section,
)

SANDBOX = "sandbox"
"""The environment that lives in the emulated AWS."""

SANDBOX_ACCOUNT = "000000000000"
"""The account of the emulated AWS; AWS itself gives it to nobody."""

# A load balancer needs two zones; a third is one more that may fail.
MIN_ZONES, MAX_ZONES = 2, 3

PLACED = {
    "load_balancer": "certificate_arn",  # a load balancer takes certificates of its own account and region only
    "rollout": "hook_lambda_arn",  # ECS calls functions of its own region
    "alerts": "pagerduty_secret_arn",  # CloudFormation reads it in the stack's own region
}
"""By table, the key that names something which has to be in the environment's account and region."""


class Environment(Section):
    """`[environments.NAME]`: one deployment of the whole stack.

    Attributes:
        name: the NAME of the table.
        github_environment: whose jobs may deploy here; omitted, the GitHub environment NAME.
        availability_zones: written down, not looked up, so that synthesis needs no credentials.
        image: where the running image comes from. `ecr` and `ghcr`: a registry, the tag being the stack parameter
            `ImageTag`; `asset`: CDK builds `service/Dockerfile` itself.
        branch: whose pushes are deployed here; omitted, none are.
        retain_data: logs, images and keys outlive their stack, and the stacks are held to NIST SP 800-53.
        container_insights: CPU, memory, network and disk of every task in CloudWatch, billed by metric; omitted, as
            `retain_data`. The service's own CPU and memory are there without it; how many tasks run and should is not,
            and then no alarm tells that some are missing.
        telemetry: `cloudwatch`: logs, alarms and a dashboard in CloudWatch. `full`: also metrics in Amazon Managed
            Service for Prometheus with its alert manager, traces in Jaeger, and Grafana in front of both.
        tracing, objectives: for `full` only.
        dashboards: where people reach Grafana and Jaeger; what `full` needs, and for it only.
    """

    name: EnvironmentName
    github_environment: GitHubEnvironmentName = Field(default_factory=lambda validated: validated["name"])
    account: AccountId
    region: Region
    availability_zones: tuple[AvailabilityZone, ...] = Field(strict=False)
    image: Literal["ecr", "ghcr", "asset"] = "ecr"
    branch: BranchName | None = None
    retain_data: bool = True
    container_insights: bool | None = None
    network: Network
    load_balancer: LoadBalancer
    task: Task = Task()
    rollout: Rollout = Rollout()
    tasks: Tasks = Tasks()
    alerts: Alerts = Alerts()
    telemetry: Literal["cloudwatch", "full"] = "cloudwatch"
    tracing: Tracing = Tracing()
    objectives: Objectives = Objectives()
    dashboards: Dashboards | None = Field(default=None, validate_default=True)

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

    @field_validator("network")
    @classmethod
    def _existing_subnets_are_in_the_zones(cls, network: Network, info: ValidationInfo) -> Network:
        zones = info.data.get("availability_zones")
        if network.existing_vpc and zones:
            for key in ("public_subnet_ids", "task_subnet_ids"):
                count = len(getattr(network.existing_vpc, key))
                if count != len(zones):
                    raise KeyedValueError(
                        ("existing_vpc", key), f"must be one for each of {', '.join(zones)}, in this order, are {count}"
                    )
        return network

    @field_validator("network")
    @classmethod
    def _images_of_github_need_a_way_to_it(cls, network: Network, info: ValidationInfo) -> Network:
        """The first pull of each tag through ECR's cache needs it: "Considerations for Amazon ECR VPC endpoints"."""
        if network.nat == "endpoints" and info.data.get("image") == "ghcr":
            raise KeyedValueError(
                ("nat",),
                "must not be 'endpoints' with image = 'ghcr': ECR fetches a new image only for tasks that reach the "
                "internet",
            )
        return network

    @field_validator("load_balancer", "rollout", "alerts")
    @classmethod
    def _what_is_named_is_within_reach(cls, section: Section, info: ValidationInfo) -> Section:
        """AWS wants these in the region of what uses them, and in the account, whose own rights then suffice."""
        key = PLACED[info.field_name or ""]
        if arn := getattr(section, key):
            _check_place(arn, (key,), info)
        return section

    @field_validator("task")
    @classmethod
    def _secrets_are_within_reach(cls, task: Task, info: ValidationInfo) -> Task:
        """ECS reads secrets of its own region; those of another account would need rights that are given there."""
        for name, reference in task.secrets.items():
            if reference.startswith("arn:"):
                _check_place(reference, ("secrets", name), info)
        return task

    @field_validator("tasks")
    @classmethod
    def _requests_are_counted_in_one_target_group(cls, tasks: Tasks, info: ValidationInfo) -> Tasks:
        """A shift leaves that group without traffic; AWS does not support ALBRequestCountPerTarget there.

        "Use a target metric to scale Amazon ECS services" in the Amazon ECS developer guide.
        """
        rollout = info.data.get("rollout")
        if rollout and rollout.shifts_traffic and tasks.requests_per_task is not None:
            raise KeyedValueError(
                ("requests_per_task",),
                f"must not be given with strategy {rollout.strategy!r}: every release moves the requests to another "
                "target group, and scaling counts those of one",
            )
        return tasks

    @field_validator("telemetry")
    @classmethod
    def _signals_can_be_collected(cls, telemetry: str, info: ValidationInfo) -> str:
        if telemetry == "full" and (hindrance := _hindrance(info)):
            raise ValueError(f"must be 'cloudwatch' {hindrance}")
        return telemetry

    @field_validator("tracing", "objectives")
    @classmethod
    def _what_is_set_has_an_effect(cls, section: Section, info: ValidationInfo) -> Section:
        if info.data.get("telemetry") == "cloudwatch":
            raise ValueError("must not be given without telemetry = 'full': nothing would come of it")
        return section

    @field_validator("dashboards")
    @classmethod
    def _dashboards_are_there_to_be_reached(cls, dashboards: Dashboards | None, info: ValidationInfo) -> object:
        telemetry = info.data.get("telemetry")
        if telemetry == "full" and dashboards is None:
            raise ValueError("is required with telemetry = 'full': where people reach Grafana and Jaeger")
        if telemetry == "cloudwatch" and dashboards is not None:
            raise ValueError("must not be given without telemetry = 'full': there would be neither Grafana nor Jaeger")
        if dashboards is None:
            return dashboards
        balancer = info.data.get("load_balancer")
        if balancer and balancer.domain == dashboards.domain:
            raise KeyedValueError(("domain",), f"must differ from load_balancer.domain, is {dashboards.domain!r} too")
        if dashboards.certificate_arn:
            _check_place(dashboards.certificate_arn, ("certificate_arn",), info)
        return dashboards

    @property
    def collects_telemetry(self) -> bool:
        """Whether metrics and traces are collected: `telemetry` is `full`."""
        return self.telemetry == "full"

    @property
    def publishes_images(self) -> bool:
        """Whether a deployment builds and pushes images: that of the service, or those that collect telemetry."""
        return self.image == "asset" or self.collects_telemetry

    @property
    def private_domain(self) -> str:
        """Of the names by which the environment's own services find each other within its VPC."""
        return f"slipway-{self.name}.internal"

    @property
    def deletion_protection(self) -> bool:
        """Of the load balancer: as its own table says, else where the environment keeps its data."""
        chosen = self.load_balancer.deletion_protection
        return self.retain_data if chosen is None else chosen

    @property
    def insights_enabled(self) -> bool:
        """Of Container Insights: as `container_insights` says, else where the environment keeps its data."""
        return self.retain_data if self.container_insights is None else self.container_insights

    @property
    def cluster_name(self) -> str:
        """Of the ECS cluster; roles are granted rights on just this name."""
        return f"slipway-{self.name}"

    @property
    def service_name(self) -> str:
        """Of the ECS service; likewise."""
        return f"slipway-{self.name}"


RESERVED_OF_COGNITO = ("aws", "amazon", "cognito")
"""Words that Cognito takes in no domain ("Configuring a user pool domain"), which has the environment's name."""


def _hindrance(info: ValidationInfo) -> str | None:
    """Why an environment of these values cannot have `full`; None: it can."""
    name, balancer, task = (info.data.get(key) for key in ("name", "load_balancer", "task"))
    if name == SANDBOX:
        return f"in {SANDBOX}: the emulated AWS has no Prometheus and no user pools"
    if name and (words := [word for word in RESERVED_OF_COGNITO if word in name]):
        return f"in an environment with {words[0]!r} in its name, which Cognito takes in no domain"
    if balancer and balancer.plain_http:
        return "with load_balancer.plain_http: people sign in to Grafana and Jaeger, which takes HTTPS"
    if task and task.memory < MIN_TASK_MEMORY:
        return f"with task.memory below {MIN_TASK_MEMORY}: a collector runs beside the service"
    if task and (taken := [key for key in TELEMETRY_VARIABLES if key in {*task.variables, *task.secrets}]):
        return f"with {taken[0]} in task: the service stack itself sets it otherwise"
    return None


def _check_place(arn: str, keys: tuple[str, ...], info: ValidationInfo) -> None:
    """Compare region and account in that ARN, the value of those keys, with the environment's, if these are right."""
    for key, actual in zip(("region", "account"), arn.split(":")[3:5], strict=True):
        if info.data.get(key, actual) != actual:
            raise KeyedValueError(keys, f"must be in {key} {info.data[key]}, is in {actual}")
