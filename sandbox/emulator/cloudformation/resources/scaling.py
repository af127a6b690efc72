"""Resources of Application Auto Scaling, provisioned through its API, which the emulator adds."""

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.loopback import absence_is_fine, client, request

_SERVICE = "application-autoscaling"
_OF_A_TARGET = ("ResourceId", "ScalableDimension", "ServiceNamespace")


class ScalableTarget:
    """AWS::ApplicationAutoScaling::ScalableTarget: `Ref` is the resource, the dimension and the namespace."""

    def create(self, resource: Resource) -> Provisioned:
        """Register the target with its scheduled actions; a service is brought between the bounds."""
        properties = {name: value for name, value in resource.properties.items() if name != "ScheduledActions"}
        register = request(_SERVICE, "RegisterScalableTarget", properties)
        client(_SERVICE).register_scalable_target(**{"SuspendedState": {}, **register})
        for name, action in _actions(resource.properties).items():
            put = request(_SERVICE, "PutScheduledAction", {**_target(properties), **action})
            client(_SERVICE).put_scheduled_action(**{**put, "ScheduledActionName": name})
        reference = "|".join(str(properties[name]) for name in _OF_A_TARGET)
        return Provisioned(reference, {"Id": reference})

    def update(self, resource: Resource) -> Provisioned:
        """Register it again, and delete the scheduled actions that the template no longer has."""
        gone = _actions(resource.previous).keys() - _actions(resource.properties).keys()
        with absence_is_fine("ObjectNotFoundException"):
            for name in gone:
                client(_SERVICE).delete_scheduled_action(ScheduledActionName=name, **_target(resource.properties))
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Deregister the target, its policies and its scheduled actions."""
        with absence_is_fine("ObjectNotFoundException"):
            client(_SERVICE).deregister_scalable_target(**_target(resource.properties))


class ScalingPolicy:
    """AWS::ApplicationAutoScaling::ScalingPolicy: `Ref` is the ARN."""

    def create(self, resource: Resource) -> Provisioned:
        """Put the policy."""
        properties = {name: value for name, value in resource.properties.items() if name != "ScalingTargetId"}
        put = request(_SERVICE, "PutScalingPolicy", {**properties, **_target(resource.properties)})
        arn = client(_SERVICE).put_scaling_policy(**put)["PolicyARN"]
        return Provisioned(arn, {"Arn": arn, "ScalingPolicyName": properties["PolicyName"]})

    def update(self, resource: Resource) -> Provisioned:
        """Put it again under its name."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Delete the policy."""
        name = resource.properties["PolicyName"]
        with absence_is_fine("ObjectNotFoundException"):
            client(_SERVICE).delete_scaling_policy(PolicyName=name, **_target(resource.properties))


def _actions(properties: Properties) -> dict[str, Properties]:
    return {str(action["ScheduledActionName"]): action for action in properties.get("ScheduledActions") or []}


def _target(properties: Properties) -> dict[str, str]:
    identifier = properties.get("ScalingTargetId")
    named = dict(zip(_OF_A_TARGET, str(identifier).split("|"), strict=True)) if identifier else properties
    return {name: str(named[name]) for name in _OF_A_TARGET}
