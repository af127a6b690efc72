"""The ECS cluster of an environment."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from configuration import Environment
from slipway_constructs.acknowledgements import acknowledge


def cluster_of(stack: Stack, environment: Environment, vpc: ec2.IVpc) -> ecs.Cluster:
    """The cluster in that VPC, for Fargate and Fargate Spot, with Container Insights where slipway.toml wants it."""
    insights = ecs.ContainerInsights.ENABLED if environment.insights_enabled else ecs.ContainerInsights.DISABLED
    cluster = ecs.Cluster(
        stack, "Cluster", cluster_name=environment.cluster_name, vpc=vpc, container_insights_v2=insights
    )
    # Not by enable_fargate_capacity_providers: that is a resource of its own, which the service does not wait for and
    # which cannot be deleted before it.
    resource = cluster.node.default_child
    assert isinstance(resource, ecs.CfnCluster)  # noqa: S101 - what a Cluster is made of
    resource.capacity_providers = ["FARGATE", "FARGATE_SPOT"]
    if not environment.insights_enabled:
        for finding in ("AwsSolutions-ECS4", "Checkov::CKV_AWS_65"):
            acknowledge(
                cluster,
                finding,
                f"slipway.toml turns Container Insights off in {environment.name}: it is billed by metric, and the "
                "service's own CPU and memory, which alarms and scaling use, are measured without it.",
            )
    return cluster
