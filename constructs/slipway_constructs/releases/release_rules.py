"""What a template must say so that a release neither loses requests nor its way back; cdk-nag looks at none of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]

PULL_ENDPOINTS = ("ecr.api", "ecr.dkr", "logs")
"""The interface endpoints without which no task starts where there is no way to the internet ("Amazon ECR interface VPC
endpoints"); the layers themselves come through a gateway endpoint for S3."""

IDLE_TIMEOUT_DEFAULT = 60
"""Seconds ("Connection idle timeout", Elastic Load Balancing)."""


@dataclass(frozen=True)
class Finding:
    """A resource that does not keep a rule.

    Attributes:
        rule: its name.
        resource: the logical id.
        location: below the resource.
        what: is wrong, with the numbers.
        fix: what to change.
    """

    rule: str
    resource: str
    location: str
    what: str
    fix: str


def deployment_alarms_are_heeded(template: Template, *, alarm_ids: Iterable[str]) -> Iterator[Finding]:
    """Every alarm that is meant to roll a release back is named by the service, and rolls back.

    `FargateService.enable_deployment_alarms` ignores a second call, and any call after the constructor's own argument
    (aws-cdk #36308): such an alarm fires, and ECS does not look.

    Args:
        alarm_ids: logical ids of those alarms.
    """
    for service, properties in _of_type(template, "AWS::ECS::Service"):
        alarms = properties.get("DeploymentConfiguration", {}).get("Alarms", {})
        heeded = alarms.get("AlarmNames", []) if alarms.get("Enable") and alarms.get("Rollback") else []
        for alarm in alarm_ids:
            if {"Ref": alarm} not in heeded:
                yield Finding(
                    "DeploymentAlarms",
                    service,
                    "DeploymentConfiguration.Alarms",
                    f"The service ignores the deployment alarm {alarm}: it would fire and roll nothing back.",
                    "Give the service all its deployment alarms at once, in WebService's deployment_alarms.",
                )


def grace_covers_the_start(template: Template, *, measured_start_seconds: float) -> Iterator[Finding]:
    """No check counts before the service can have started.

    Args:
        measured_start_seconds: from the start of the container to its first good answer.
    """
    found = [
        *_numbers(template, "AWS::ECS::Service", "HealthCheckGracePeriodSeconds"),
        *(
            (task, "ContainerDefinitions.HealthCheck.StartPeriod", container.get("HealthCheck", {}).get("StartPeriod"))
            for task, container in _containers(template)
        ),
    ]
    for resource, location, seconds in found:
        if seconds is None or seconds < measured_start_seconds:
            yield Finding(
                "StartGrace",
                resource,
                location,
                f"Checks count after {seconds or 0} s, and the service was measured to start in "
                f"{measured_start_seconds:g} s: healthy releases would be rolled back.",
                "Raise task.start_seconds in slipway.toml above task.measured_start_seconds.",
            )


def requests_outlive_the_stop_signal(template: Template, *, graceful_shutdown_seconds: int) -> Iterator[Finding]:
    """SIGKILL comes after the server has given up on requests under way.

    Args:
        graceful_shutdown_seconds: that the image's server gives them.
    """
    for task, container in _containers(template):
        seconds = container.get("StopTimeout", 30)  # Fargate's default
        if seconds <= graceful_shutdown_seconds:
            yield Finding(
                "StopTimeout",
                task,
                "ContainerDefinitions.StopTimeout",
                f"A task is killed {seconds} s after SIGTERM, and its server gives requests under way "
                f"{graceful_shutdown_seconds} s: those would be cut off.",
                "Raise task.stop_timeout_seconds in slipway.toml, or lower the server's graceful shutdown.",
            )


def connections_outlive_the_idle_timeout(template: Template, *, keep_alive_seconds: int) -> Iterator[Finding]:
    """The load balancer, not the task, closes an idle connection; else a request on its way ends as a 502.

    Args:
        keep_alive_seconds: after which the image's server closes an idle connection.
    """
    for balancer, properties in _of_type(template, "AWS::ElasticLoadBalancingV2::LoadBalancer"):
        attributes = {each["Key"]: each["Value"] for each in properties.get("LoadBalancerAttributes", [])}
        seconds = int(attributes.get("idle_timeout.timeout_seconds", IDLE_TIMEOUT_DEFAULT))
        if keep_alive_seconds <= seconds:
            yield Finding(
                "KeepAlive",
                balancer,
                "LoadBalancerAttributes",
                f"The load balancer keeps an idle connection for {seconds} s, and a task closes it after "
                f"{keep_alive_seconds} s: a request that meets the closing ends as a 502.",
                "Raise the server's keep-alive (service/Dockerfile, and task.keep_alive_seconds in slipway.toml).",
            )


def images_outlive_the_rollback_depth(template: Template, *, rollback_depth: int) -> Iterator[Finding]:
    """The registry keeps more images than a rollback goes back.

    Args:
        rollback_depth: in releases.
    """
    for repository, properties in _of_type(template, "AWS::ECR::Repository"):
        text = properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText", '{"rules": []}')
        for rule in json.loads(text)["rules"]:
            selection = rule["selection"]
            counted = selection["countType"] == "imageCountMoreThan" and selection["tagStatus"] != "untagged"
            if counted and selection["countNumber"] < rollback_depth:
                yield Finding(
                    "ImageLifecycle",
                    repository,
                    "LifecyclePolicy",
                    f"{selection['countNumber']} images stay, and a rollback may go {rollback_depth} releases back: "
                    "its image would be gone.",
                    "Raise registry.releases_kept in slipway.toml, or lower registry.rollback_depth.",
                )


def every_zone_reaches_the_registry(template: Template) -> Iterator[Finding]:
    """Every private subnet has a NAT gateway, or the endpoints that a task needs to start, a rollback's included."""
    services = {_endpoint_service(properties) for _, properties in _of_type(template, "AWS::EC2::VPCEndpoint")}
    missing = [name for name in (*PULL_ENDPOINTS, "s3") if name not in services]
    if not missing:
        return
    routed = _subnets_with_a_default_route(template)
    for subnet, properties in _of_type(template, "AWS::EC2::Subnet"):
        if subnet not in routed:
            yield Finding(
                "Egress",
                subnet,
                "AvailabilityZone",
                f"Tasks in {properties.get('AvailabilityZone')} reach neither the internet nor the endpoints for "
                f"{', '.join(missing)}: none could start there, and none of a rollback.",
                "Choose network.nat in slipway.toml so that each zone has a NAT gateway or the endpoints.",
            )


def _of_type(template: Template, type_name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, resource in template.get("Resources", {}).items():
        if resource["Type"] == type_name:
            yield logical_id, resource.get("Properties", {})


def _numbers(template: Template, type_name: str, name: str) -> Iterator[tuple[str, str, float | None]]:
    for logical_id, properties in _of_type(template, type_name):
        yield logical_id, name, properties.get(name)


def _containers(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for task, properties in _of_type(template, "AWS::ECS::TaskDefinition"):
        for container in properties.get("ContainerDefinitions", []):
            if container.get("Essential", True):  # others neither answer requests nor decide about the task
                yield task, container


def _endpoint_service(properties: Mapping[str, Any]) -> str:
    name = properties.get("ServiceName", "")
    text = name if isinstance(name, str) else "".join(part for part in name["Fn::Join"][1] if isinstance(part, str))
    # com.amazonaws.REGION.SERVICE; the region may be a reference
    return text.removeprefix("com.amazonaws.").partition(".")[2] if text.startswith("com.") else text


def _subnets_with_a_default_route(template: Template) -> set[str]:
    tables = {
        properties["RouteTableId"]["Ref"]
        for _, properties in _of_type(template, "AWS::EC2::Route")
        if properties.get("DestinationCidrBlock") == "0.0.0.0/0"
    }
    return {
        properties["SubnetId"]["Ref"]
        for _, properties in _of_type(template, "AWS::EC2::SubnetRouteTableAssociation")
        if properties["RouteTableId"]["Ref"] in tables
    }
