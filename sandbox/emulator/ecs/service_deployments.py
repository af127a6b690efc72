"""Service deployments: what ECS tells of a rollout, and StopServiceDeployment, which MiniStack lacks.

MiniStack 1.5.33 keeps the deployments of a service as DescribeServices lists them, and answers ListServiceDeployments
with nothing. A deployment that failed stays in that list as long as the service does, where ECS drops it once its tasks
are gone: it is the only place here that can still tell of it.
"""

from datetime import datetime
from typing import Any

from sandbox.emulator.ecs.events import tell_of_deployments
from sandbox.emulator.ecs.services import changing, tell
from sandbox.emulator.internals import internal, replace

_MODULE = "services.ecs"
_BREAKER = "ECS deployment circuit breaker"
# Not ECS's own words: no public source has what DescribeServices says of a deployment that StopServiceDeployment ended.
_STOPPED = "Service deployment rolled back because StopServiceDeployment was called."
_REBALANCING = "availabilityZoneRebalancing"
# "This parameter triggers a new service deployment" or "Amazon ECS starts new tasks" (Amazon ECS API reference,
# UpdateService), as far as MiniStack keeps it; the task definition is MiniStack's own concern.
_STARTING_A_DEPLOYMENT = ("capacityProviderStrategy", "loadBalancers", "networkConfiguration", "platformVersion")
_Deployment = dict[str, Any]
_Service = dict[str, Any]


def tell_of_rollouts() -> None:
    """Let services be described as ECS describes them: their current deployment, its reason, milliseconds.

    The reasons are those that ECS gives (`ECS deployment circuit breaker: tasks failed to start.`); MiniStack has words
    of its own. Beyond ECS, a deployment that was rolled back to says so after it is complete as well.
    """

    def telling(original: Any) -> Any:
        def sanitize(record: Any) -> Any:
            told = original(record)
            return _as_ecs_tells(told) if isinstance(record, dict) and "deployments" in record else told

        return sanitize

    replace(_MODULE, "_sanitize", telling)
    replace(_MODULE, "_ts_to_epoch", lambda _: _epoch)


def start_deployments_in_progress() -> None:
    """Let the first deployment of a service be in progress until its tasks run.

    MiniStack calls it COMPLETED as soon as CreateService answers, which leaves nothing to wait for and keeps the
    circuit breaker from counting the tasks that fail to start. A deployment that begins in progress is completed by
    MiniStack itself, as those of UpdateService are.
    """

    def starting(original: Any) -> Any:
        def make_deployment(*args: Any, **kwargs: Any) -> _Deployment:
            deployment: _Deployment = original(*args, **kwargs)
            reason = f"ECS deployment {deployment['id']} in progress."
            return {**deployment, "rolloutState": "IN_PROGRESS", "rolloutStateReason": reason}

        return make_deployment

    replace(_MODULE, "_make_deployment", starting)


def serve_stop_service_deployment() -> None:
    """Let the emulator's ECS API answer StopServiceDeployment.

    The deployment fails and the last completed one is primary again, as after a trip of the circuit breaker. ABORT is
    refused as ECS refuses it.
    """
    internal(_MODULE, "_ACTION_MAP")["StopServiceDeployment"] = _stop_service_deployment


def count_every_task_that_fails() -> None:
    """Let the circuit breaker count tasks whose image is missing, up to its threshold.

    MiniStack trips it at the first one, without a count, because the digest of the image could not be resolved.
    """

    def counting(original: Any) -> Any:
        def record(task: Any, **how: bool) -> None:
            if not how.get("digest_resolution_failed"):  # the task goes on to its pull, and that failure counts
                original(task)

        return record

    replace(_MODULE, "_record_service_task_failure", counting)


def update_as_ecs_does() -> None:
    """Let an update start a deployment where ECS starts one, and change the deployment that runs.

    MiniStack starts one for another task definition only. And it writes a new number of tasks into the first deployment
    of its list, which after a rollback is the one that failed.
    """
    actions = internal(_MODULE, "_ACTION_MAP")
    create, update = actions["CreateService"], actions["UpdateService"]

    def create_service(data: dict[str, Any]) -> Any:
        answer = create(data)
        service = _stored(data, "serviceName")
        if service and _REBALANCING not in service:
            service[_REBALANCING] = data.get(_REBALANCING, "ENABLED")
        return answer

    def update_service(data: dict[str, Any]) -> Any:
        service = _stored(data, "service")
        if service is None:
            return update(data)
        with changing(service["serviceArn"]):
            service["deployments"] = sorted(service["deployments"], key=_rank)
            service[_REBALANCING] = data.get(_REBALANCING, service.get(_REBALANCING))
            if any(name in data and data[name] != service.get(name) for name in _STARTING_A_DEPLOYMENT):
                data = {**data, "forceNewDeployment": True}
            if data.get("capacityProviderStrategy"):  # MiniStack gives a new deployment what the service had before
                service.update(capacityProviderStrategy=data["capacityProviderStrategy"], launchType=None)
            return update(data)

    actions.update(CreateService=create_service, UpdateService=update_service)


def _as_ecs_tells(service: _Service) -> _Service:
    deployments = sorted(service["deployments"], key=_rank)
    if not deployments:
        return service
    newest = max(deployments, key=lambda deployment: str(deployment["createdAt"]))
    told = [{**deployment, "rolloutStateReason": reason_of(deployment, newest)} for deployment in deployments]
    return {**service, "deployments": told, "currentServiceDeployment": _arn(service, newest)}


def reason_of(deployment: _Deployment, newest: _Deployment) -> str:
    """Why a deployment is in its state, in ECS's words.

    Args:
        newest: of the deployments of its service.
    """
    own, identifier = deployment.get("rolloutStateReason", ""), deployment["id"]
    if deployment["rolloutState"] == "COMPLETED":
        back = deployment["status"] == "PRIMARY" and newest["rolloutState"] == "FAILED"
        return f"ECS deployment {identifier} completed" + (f": rolled back from {newest['id']}." if back else ".")
    if deployment["rolloutState"] == "FAILED":
        return f"{_BREAKER}: tasks failed to start." if own.startswith(_BREAKER) else own
    if own == "ECS deployment rollback in progress.":
        return f"{_BREAKER}: rolling back to deploymentId {identifier}."
    return own or f"ECS deployment {identifier} in progress."


def _arn(service: _Service, deployment: _Deployment) -> str:
    identifier = deployment["id"].rpartition("/")[2]
    return f"{service['serviceArn'].replace(':service/', ':service-deployment/')}/{identifier}"


def _stop_service_deployment(data: dict[str, Any]) -> Any:
    arn, kind = str(data.get("serviceDeploymentArn", "")), data.get("stopType") or "ROLLBACK"
    key = arn.partition(":service-deployment/")[2].rpartition("/")[0]
    service = internal(_MODULE, "_services").get(key)
    listed = service["deployments"] if service else []
    deployment = next((each for each in listed if _arn(service, each) == arn), None)
    if kind != "ROLLBACK":
        message = f"ECS StopServiceDeployment API with {kind} stopType is not supported."
        return _refused("UnsupportedFeatureException", message)
    if deployment is None:
        return _refused("ServiceDeploymentNotFoundException", f"There is no service deployment {arn}.")
    with changing(service["serviceArn"]), internal("core.concurrency", "resource_lock")("ecs-service", key):
        stoppable = deployment["rolloutState"] == "IN_PROGRESS" and deployment["status"] == "PRIMARY"
        if stoppable:
            fail(service, deployment, _STOPPED, f"Rolling back to deploymentId {{}}: {_STOPPED}")
    if stoppable:
        carry_out(key)
    elif not _is_being_rolled_back(listed, deployment):
        message = f"The service deployment {arn} is {deployment['rolloutState']} and can't be stopped."
        return _refused("ConflictException", message)
    return internal("core.responses", "json_response")({"serviceDeploymentArn": arn})


def fail(service: _Service, deployment: _Deployment, reason: str, rolling_back: str | None, *, said: str = "") -> None:
    """Let the deployment fail, and let the last completed one be primary again. The caller holds the locks.

    Args:
        reason: why it failed, as a sentence.
        rolling_back: the reason of the one that is primary again, with its id in place of braces; None: there is to be
            no rollback.
        said: why, in the events of the service; the same when empty.
    """
    now = internal(_MODULE, "_iso")()
    deployment.update(rolloutState="FAILED", rolloutStateReason=reason, desiredCount=0, updatedAt=now)
    tell(
        service,
        f"(service {service['serviceName']}) (deployment {deployment['id']}) deployment failed: {said or reason}",
    )
    completed = [each for each in service["deployments"] if each["rolloutState"] == "COMPLETED"]
    if completed and rolling_back is not None:
        target = completed[0]
        count = service["desiredCount"]
        deployment["status"] = "ACTIVE"
        target.update(status="PRIMARY", rolloutState="IN_PROGRESS", desiredCount=count, updatedAt=now)
        target["rolloutStateReason"] = rolling_back.format(target["id"])
        service["taskDefinition"] = target["taskDefinition"]
        tell(service, f"(service {service['serviceName']}) rolling back to deployment {target['id']}.")
    tell_of_deployments(service)


def carry_out(key: str) -> None:
    """Let MiniStack start the tasks of the deployment that is primary now, and complete it."""
    cluster = key.partition("/")[0]
    account, region = internal("core.responses", "get_account_id")(), internal("core.responses", "get_region")()
    internal(_MODULE, "_reconcile_service_tasks")(cluster, key)
    internal(_MODULE, "_schedule_service_deployment_completion")(cluster, key, account, region)


def is_rollback(service: _Service, deployment: _Deployment) -> bool:
    """Whether the deployment, which is primary, is there again because one that began after it failed."""
    newest = max(service["deployments"], key=lambda each: str(each["createdAt"]))
    return newest is not deployment and newest["rolloutState"] == "FAILED"


def _is_being_rolled_back(listed: list[_Deployment], deployment: _Deployment) -> bool:
    primary = next((each for each in listed if each["status"] == "PRIMARY"), deployment)
    newest = max(listed, key=lambda each: str(each["createdAt"]))
    return deployment is newest and primary is not deployment and primary["rolloutState"] == "IN_PROGRESS"


def _stored(data: dict[str, Any], name: str) -> _Service | None:
    cluster = internal(_MODULE, "_resolve_cluster_name")(data.get("cluster", "default"))
    service: _Service | None = internal(_MODULE, "_services").get(f"{cluster}/{str(data.get(name)).rpartition('/')[2]}")
    return service


def _rank(deployment: _Deployment) -> bool:
    return bool(deployment["status"] != "PRIMARY")


def _refused(code: str, message: str) -> Any:
    return internal("core.responses", "error_response_json")(code, message, 400)


def _epoch(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else value
    except ValueError:
        return value
