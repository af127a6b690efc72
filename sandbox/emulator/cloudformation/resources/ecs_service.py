"""AWS::ECS::Service, provisioned through the ECS API and not done before its rollout is.

MiniStack's CloudFormation is done with a service as soon as ECS has accepted it: a rollout that fails later leaves the
stack complete, with the parameters of what did not start.
"""

import dataclasses
import secrets
import string
import time
from typing import Any

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource, failure
from sandbox.emulator.cloudformation.resources.ecs import ecs_tags, retag
from sandbox.emulator.cloudformation.rollout import wait_for_rollout
from sandbox.emulator.ecs.tasks.containers import remove_containers
from sandbox.emulator.loopback import absence_is_fine, client, request

CREATE_ONLY = ("Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName")

_POLL_SECONDS = 0.2
_SPELLED_OTHERWISE = {"PlacementStrategies": "PlacementStrategy"}
_NOT_OF_THE_API = ("ForceNewDeployment", "Tags", "ServiceName")
_ROLLING_DEFAULTS = {"maximumPercent": 200, "minimumHealthyPercent": 100}
# What a property goes back to when a template no longer has it, as after the rollback of an update that added it.
_WITHOUT_IT: Properties = {
    "CapacityProviderStrategy": [],
    "DeploymentConfiguration": {},
    "EnableExecuteCommand": False,
    "HealthCheckGracePeriodSeconds": 0,
    "LoadBalancers": [],
    "PlatformVersion": "LATEST",
}


class Service:
    """AWS::ECS::Service: `Ref` is the ARN, `Name` the name."""

    def create(self, resource: Resource) -> Provisioned:
        """Create the service and wait for its first rollout; delete it again when that fails."""
        name = resource.properties.get("ServiceName") or _generated_name(resource)
        parameters = _parameters("CreateService", resource.properties)
        tags = ecs_tags(resource.properties)
        service = client("ecs").create_service(serviceName=name, tags=tags, **parameters)["service"]
        try:
            wait_for_rollout(resource.stack_name, service, known_deployments=frozenset())
        except Exception:
            self.delete(dataclasses.replace(resource, physical_id=service["serviceArn"]))
            raise
        return _provisioned(service)

    def update(self, resource: Resource) -> Provisioned:
        """Change what differs and wait for the rollout.

        A service that did not become stable is left as ECS left it: CloudFormation then sends the previous properties
        through this same function. Only what differs is sent, so the number of tasks that scaling chose survives.
        """
        cluster = resource.properties.get("Cluster", "default")
        described = client("ecs").describe_services(cluster=cluster, services=[resource.physical_id])["services"]
        if not described or described[0]["status"] != "ACTIVE":
            raise failure(f"There is no active service {resource.physical_id}.", "NotFound")
        before = described[0]
        retag(resource)
        changed = _changed(resource)
        parameters = _parameters("UpdateService", changed)
        if (changed.get("ForceNewDeployment") or {}).get("EnableForceNewDeployment"):
            parameters["forceNewDeployment"] = True
        if not parameters:
            return _provisioned(before)
        service = client("ecs").update_service(cluster=cluster, service=resource.physical_id, **parameters)["service"]
        wait_for_rollout(resource.stack_name, service, frozenset(d["id"] for d in before["deployments"]))
        return _provisioned(service)

    def delete(self, resource: Resource) -> None:
        """Delete the service, drain and stop its tasks and remove their containers."""
        ecs, cluster = client("ecs"), resource.properties.get("Cluster", "default")
        with absence_is_fine("ServiceNotFoundException", "ClusterNotFoundException"):
            ecs.delete_service(cluster=cluster, service=resource.physical_id, force=True)
            name = resource.physical_id.rpartition("/")[2]
            pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, serviceName=name, desiredStatus="STOPPED")
            tasks = [page["taskArns"] for page in pages if page["taskArns"]]
            while any(_have_not_ended(cluster, page) for page in tasks):
                time.sleep(_POLL_SECONDS)
            remove_containers(task for page in tasks for task in page)


def _have_not_ended(cluster: str, tasks: list[str]) -> bool:
    return any(
        each["lastStatus"] != "STOPPED" for each in client("ecs").describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
    )


def _changed(resource: Resource) -> Properties:
    dropped = {name: _WITHOUT_IT[name] for name in resource.previous.keys() & _WITHOUT_IT.keys()}
    return {
        name: value
        for name, value in {**dropped, **resource.properties}.items()
        if value != resource.previous.get(name)
    }


def _parameters(operation: str, properties: Properties) -> dict[str, Any]:
    known = {_SPELLED_OTHERWISE.get(k, k): v for k, v in properties.items() if k not in _NOT_OF_THE_API}
    parameters = request("ecs", operation, known)
    if "deploymentConfiguration" in parameters:
        parameters["deploymentConfiguration"] = {**_ROLLING_DEFAULTS, **parameters["deploymentConfiguration"]}
    return parameters


def _provisioned(service: dict[str, Any]) -> Provisioned:
    return Provisioned(service["serviceArn"], {"Name": service["serviceName"], "ServiceArn": service["serviceArn"]})


def _generated_name(resource: Resource) -> str:
    suffix = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(12))
    return f"{resource.stack_name}-{resource.logical_id}"[: 255 - 13] + f"-{suffix}"
