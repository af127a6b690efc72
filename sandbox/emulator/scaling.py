"""Application Auto Scaling, of which the emulator models the bounds and nothing else."""

from dataclasses import dataclass

from sandbox.emulator.handlers import Provisioned, Resource
from sandbox.emulator.loopback import absence_is_fine, client
from sandbox.emulator.recorded import Recorded


@dataclass(frozen=True)
class ScalableTarget(Recorded):
    """AWS::ApplicationAutoScaling::ScalableTarget: recorded, and a service is brought between its bounds.

    AWS does that as soon as the target is registered; the policies, which would move the number later, never act here.
    """

    def create(self, resource: Resource) -> Provisioned:
        """Take note of the target and bring the service between the bounds."""
        self._keep_within_bounds(resource)
        return super().create(resource)

    def update(self, resource: Resource) -> Provisioned:
        """Take note of the new bounds and bring the service between them."""
        self._keep_within_bounds(resource)
        return super().update(resource)

    def _keep_within_bounds(self, resource: Resource) -> None:
        properties = resource.properties
        if properties.get("ServiceNamespace") != "ecs":
            return
        _, cluster, name = str(properties["ResourceId"]).split("/")
        ecs = client("ecs")
        with absence_is_fine("ClusterNotFoundException"):  # as on AWS, a target may name what does not exist
            for service in ecs.describe_services(cluster=cluster, services=[name])["services"]:
                desired: int = service["desiredCount"]
                within = min(max(desired, int(properties["MinCapacity"])), int(properties["MaxCapacity"]))
                if within != desired:
                    ecs.update_service(cluster=cluster, service=name, desiredCount=within)
