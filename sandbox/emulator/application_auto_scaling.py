"""Application Auto Scaling: an API that MiniStack lacks. It keeps what it is told, and nothing ever scales by itself.

The bounds of a target hold at once: a service with fewer tasks than the least, or more than the most, is brought
between them. Policies and scheduled actions are described and deleted, but no metric and no clock is looked at.
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from sandbox.emulator.internals import internal, replace
from sandbox.emulator.loopback import absence_is_fine, client

_SERVICE = "application-autoscaling"
_OF_A_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_Data = dict[str, Any]


class _RefusedError(Exception):
    """A request that the API refuses, with the code and the message of its answer."""


def serve_application_auto_scaling() -> None:
    """Let the emulator answer the API's operations on targets, policies, scheduled actions and activities."""
    scaling = _Scaling()

    async def handle(_method: str, _path: str, headers: dict[str, str], body: bytes, _query: Any) -> Any:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        data = json.loads(body or b"{}")
        # On a thread of its own: it asks ECS over the loopback, and the answer comes from this very loop.
        return await internal("core.concurrency", "run_reentrant")(scaling.answer, operation, data)

    def and_forget(original: Any) -> Any:
        def reset() -> None:
            scaling.forget()
            original()

        return reset

    patterns = {"target_prefixes": ["AnyScaleFrontendService"], "credential_scope": _SERVICE}
    internal("core.router", "SERVICE_PATTERNS")[_SERVICE] = patterns
    internal("app", "SERVICE_HANDLERS")[_SERVICE] = handle
    replace("services.ecs", "reset", and_forget)


class _Scaling:
    """What is registered, of every account and region."""

    def __init__(self) -> None:
        scoped = internal("core.responses", "AccountRegionScopedDict")
        self._targets, self._policies, self._actions = scoped(), scoped(), scoped()
        self._operations = {
            "RegisterScalableTarget": self._register,
            "DescribeScalableTargets": lambda data: {"ScalableTargets": _asked(self._targets, data)},
            "DeregisterScalableTarget": self._deregister,
            "PutScalingPolicy": self._put_policy,
            "DescribeScalingPolicies": lambda data: {"ScalingPolicies": _asked(self._policies, data, "PolicyName")},
            "DeleteScalingPolicy": lambda data: _delete(self._policies, data, "PolicyName"),
            "PutScheduledAction": self._put_action,
            "DescribeScheduledActions": lambda data: {
                "ScheduledActions": _asked(self._actions, data, "ScheduledActionName")
            },
            "DeleteScheduledAction": lambda data: _delete(self._actions, data, "ScheduledActionName"),
            "DescribeScalingActivities": lambda _: {"ScalingActivities": []},
        }

    def answer(self, operation: str, data: _Data) -> Any:
        """Return the answer to one request."""
        refuse = internal("core.responses", "error_response_json")
        carry_out: Callable[[_Data], _Data] | None = self._operations.get(operation)
        if carry_out is None:
            return refuse("UnknownOperationException", f"The emulator has no {operation}.", 400)
        try:
            return internal("core.responses", "json_response")(carry_out(data))
        except _RefusedError as refused:
            return refuse(*refused.args, 400)

    def forget(self) -> None:
        """Forget everything, as the emulator's reset does."""
        for kept in (self._targets, self._policies, self._actions):
            kept.clear()

    def _register(self, data: _Data) -> _Data:
        known = self._targets.get(_key(data)) or _new(data, "ScalableTargetARN", "scalable-target")
        target = {**known, **{name: value for name, value in data.items() if name != "Tags"}}
        if "MinCapacity" not in target or "MaxCapacity" not in target:
            raise _RefusedError("ValidationException", "A new scalable target needs MinCapacity and MaxCapacity.")
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise _RefusedError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
        self._targets[_key(data)] = target
        _bring_between(target)
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def _deregister(self, data: _Data) -> _Data:
        self._require(data)
        for kept in (self._policies, self._actions):
            for name in [name for name in list(kept) if name.startswith(f"{_key(data)}|")]:
                del kept[name]
        return _delete(self._targets, data)

    def _put_policy(self, data: _Data) -> _Data:
        self._require(data)
        key = _key(data, "PolicyName")
        known = self._policies.get(key) or _new(data, "PolicyARN", f"scalingPolicy:policyName/{data['PolicyName']}")
        self._policies[key] = {"Alarms": [], **known, **data}
        return {"PolicyARN": known["PolicyARN"], "Alarms": []}

    def _put_action(self, data: _Data) -> _Data:
        self._require(data)
        key = _key(data, "ScheduledActionName")
        resource = f"scheduledAction:scheduledActionName/{data['ScheduledActionName']}"
        self._actions[key] = {**(self._actions.get(key) or _new(data, "ScheduledActionARN", resource)), **data}
        return {}

    def _require(self, data: _Data) -> None:
        if _key(data) not in self._targets:
            raise _missing("scalable target", data)


def _key(data: _Data, *names: str) -> str:
    return "|".join(str(data[name]) for name in (*_OF_A_TARGET, *names))


def _new(data: _Data, arn: str, resource: str) -> _Data:
    region, account = internal("core.responses", "get_region")(), internal("core.responses", "get_account_id")()
    unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{account}/{region}/{_key(data)}/{resource}")
    prefix, _, rest = resource.partition(":")
    service = _SERVICE if prefix == "scalable-target" else "autoscaling"
    identity = f"{prefix}/{unique.hex[:20]}" if not rest else f"{prefix}:{unique}:resource/{data['ResourceId']}:{rest}"
    return {arn: f"arn:aws:{service}:{region}:{account}:{identity}", "CreationTime": time.time()}


def _asked(kept: Any, data: _Data, name: str = "ResourceId") -> list[_Data]:
    """Return what a Describe operation asks for; names that are left out are all of them."""
    singular = {key: data[key] for key in _OF_A_TARGET if data.get(key)}
    names = data.get(f"{name}s") or []
    return [each for each in kept.values() if singular.items() <= each.items() and (not names or each[name] in names)]


def _delete(kept: Any, data: _Data, *names: str) -> _Data:
    if _key(data, *names) not in kept:
        raise _missing("scaling policy or scheduled action", data)
    del kept[_key(data, *names)]
    return {}


def _missing(kind: str, data: _Data) -> _RefusedError:
    place = ", ".join(f"{name} {data[name]}" for name in _OF_A_TARGET)
    return _RefusedError("ObjectNotFoundException", f"No {kind} found for {place}.")


def _bring_between(target: _Data) -> None:
    if target["ServiceNamespace"] != "ecs":
        return
    _, cluster, name = str(target["ResourceId"]).split("/")
    ecs = client("ecs")
    with absence_is_fine("ClusterNotFoundException"):  # as on AWS, a target may name what does not exist
        for service in ecs.describe_services(cluster=cluster, services=[name])["services"]:
            desired: int = service["desiredCount"]
            within = min(max(desired, target["MinCapacity"]), target["MaxCapacity"])
            if within != desired and service["status"] == "ACTIVE":
                ecs.update_service(cluster=cluster, service=name, desiredCount=within)
