"""Resources and properties of the load balancer that MiniStack's APIs have and its CloudFormation does not."""

from typing import Any

from sandbox.emulator.cloudformation.handlers import Provisioned, Resource
from sandbox.emulator.loopback import absence_is_fine, client


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


def target_group_attributes(group: Resource) -> dict[str, Any]:
    """Return the full name as AWS gives it, `targetgroup/NAME/ID`: it is a dimension of the group's metrics."""
    return {"TargetGroupFullName": group.physical_id.rpartition(":")[2]}
