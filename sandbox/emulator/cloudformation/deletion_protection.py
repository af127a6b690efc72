"""Deletion protection of load balancers, against the API as well as a stack's deletion."""

from typing import Any

from sandbox.emulator.cloudformation.handlers import Properties, failure
from sandbox.emulator.internals import internal

_ALB = "services.alb"


def protect_load_balancers() -> None:
    """Let nobody delete a load balancer under deletion protection, neither the API nor a stack.

    MiniStack keeps the attribute and deletes. As on AWS, the deletion of the stack fails and names the load balancer.
    """

    def deleting_unprotected(original: Any) -> Any:
        def delete(parameters: Any) -> Any:
            refusal = _protection(internal(_ALB, "_p")(parameters, "LoadBalancerArn"))
            if refusal:
                return internal(_ALB, "_error")("OperationNotPermitted", refusal)
            return original(parameters)

        return delete

    def deleting_unprotected_of_stacks(original: Any) -> Any:
        def delete(physical_id: str, properties: Properties) -> None:
            refusal = _protection(physical_id)
            if refusal:
                raise failure(f"{refusal} (OperationNotPermitted of DeleteLoadBalancer)", "InvalidRequest")
            original(physical_id, properties)

        return delete

    actions = internal(_ALB, "_ACTION_MAP")
    actions["DeleteLoadBalancer"] = deleting_unprotected(actions["DeleteLoadBalancer"])
    handlers = internal("services.cloudformation.provisioners", "_RESOURCE_HANDLERS")
    balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    handlers[balancer] = {**handlers[balancer], "delete": deleting_unprotected_of_stacks(handlers[balancer]["delete"])}


def _protection(arn: str) -> str:
    """Return why the load balancer may not be deleted; empty when it may be."""
    attributes = {each["Key"]: each["Value"] for each in internal(_ALB, "_lb_attrs").get(arn) or []}
    if str(attributes.get("deletion_protection.enabled")).lower() != "true":
        return ""
    return f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
