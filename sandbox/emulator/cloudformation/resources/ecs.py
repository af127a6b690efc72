"""ECS resources, provisioned through the ECS API: task definitions and a cluster's capacity providers."""

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.cloudformation.tags import changed_tags, tags_of
from sandbox.emulator.loopback import absence_is_fine, client, request


class TaskDefinition:
    """AWS::ECS::TaskDefinition: `Ref` is the ARN of the revision.

    MiniStack's own handler keeps the spelling of the template in `Secrets`, `HealthCheck`, `LinuxParameters` and other
    nested properties, so that the API shows them empty and secrets are not resolved, and it drops `RuntimePlatform`
    and `EphemeralStorage`.
    """

    def create(self, resource: Resource) -> Provisioned:
        """Register a revision."""
        family = resource.properties.get("Family", f"{resource.stack_name}-{resource.logical_id}")
        registration = request("ecs", "RegisterTaskDefinition", {**resource.properties, "Family": family})
        arn = client("ecs").register_task_definition(**registration)["taskDefinition"]["taskDefinitionArn"]
        return Provisioned(arn, {"TaskDefinitionArn": arn})

    def update(self, resource: Resource) -> Provisioned:
        """Change the tags; any other change registers a new revision, which is a replacement."""
        retag(resource)
        return Provisioned(resource.physical_id, {"TaskDefinitionArn": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Deregister the revision."""
        with absence_is_fine("ClientException"):
            client("ecs").deregister_task_definition(taskDefinition=resource.physical_id)


class ClusterCapacityProviders:
    """AWS::ECS::ClusterCapacityProviderAssociations: `Ref` is the name of the cluster."""

    def create(self, resource: Resource) -> Provisioned:
        """Set the cluster's providers and its default strategy."""
        associations = request("ecs", "PutClusterCapacityProviders", resource.properties)
        cluster = client("ecs").put_cluster_capacity_providers(**associations)["cluster"]
        return Provisioned(cluster["clusterName"], {})

    def update(self, resource: Resource) -> Provisioned:
        """Set them again."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Leave the cluster without providers."""
        with absence_is_fine("ClusterNotFoundException"):
            client("ecs").put_cluster_capacity_providers(
                cluster=resource.physical_id, capacityProviders=[], defaultCapacityProviderStrategy=[]
            )


def ecs_tags(properties: Properties) -> list[dict[str, str]]:
    """Return a resource's tags in the spelling of the ECS API."""
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in tags_of(properties)]


def retag(resource: Resource) -> None:
    """Change the tags of an ECS resource."""
    ecs, arn = client("ecs"), resource.physical_id
    changed, removed = changed_tags(resource)
    if changed:
        ecs.tag_resource(resourceArn=arn, tags=ecs_tags({"Tags": changed}))
    if removed:
        ecs.untag_resource(resourceArn=arn, tagKeys=removed)
