"""What MiniStack's CloudFormation lacks of the load balancer and the web application firewall and its APIs have."""

from typing import Any

from sandbox.emulator.handlers import Properties, Provisioned, Resource, failure
from sandbox.emulator.internals import internal
from sandbox.emulator.loopback import absence_is_fine, client

_ALB = "services.alb"


class WebAclAssociation:
    """AWS::WAFv2::WebACLAssociation."""

    def create(self, resource: Resource) -> Provisioned:
        """Put the web ACL in front of the resource."""
        acl, protected = resource.properties["WebACLArn"], resource.properties["ResourceArn"]
        client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=protected)
        return Provisioned(f"{acl}|{protected}", {})

    def update(self, resource: Resource) -> Provisioned:
        """Associate again; both properties need a replacement, so nothing else can have changed."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Take the web ACL away, unless another one is in its place by now."""
        wafv2 = client("wafv2")
        with absence_is_fine("WAFNonexistentItemException"):
            current = wafv2.get_web_acl_for_resource(ResourceArn=resource.properties["ResourceArn"]).get("WebACL", {})
            if current.get("ARN") == resource.properties["WebACLArn"]:
                wafv2.disassociate_web_acl(ResourceArn=resource.properties["ResourceArn"])


def listener_attributes(listener: Resource) -> dict[str, Any]:
    """Set `ListenerAttributes`, which MiniStack sets at an update and drops at the creation."""
    attributes = listener.properties.get("ListenerAttributes")
    if attributes:
        client("elbv2").modify_listener_attributes(
            ListenerArn=listener.physical_id,
            Attributes=[{"Key": a["Key"], "Value": str(a["Value"])} for a in attributes],
        )
    return {}


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


def target_group_attributes(group: Resource) -> dict[str, Any]:
    """Return the full name as AWS gives it, `targetgroup/NAME/ID`: it is a dimension of the group's metrics."""
    return {"TargetGroupFullName": group.physical_id.rpartition(":")[2]}
