"""The service: how many tasks run where, and how they are replaced."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from slipway_constructs.releases.rollout_strategy import RolloutStrategy


class WebService(Construct):
    """A Fargate service that replaces its tasks without losing a request and rolls itself back.

    Not lost is what a task answers within the target group's deregistration delay; the load balancer cuts off what
    takes longer while its task is drained ("Optimize load balancer connection draining parameters", Amazon ECS).

    Attributes:
        service: the service.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        service_name: str,
        task_definition: ecs.FargateTaskDefinition,
        subnets: ec2.SubnetSelection,
        assign_public_ip: bool,
        desired_count: int | None,
        spot_percent: int,
        health_check_grace_period: Duration,
        strategy: RolloutStrategy,
        deployment_alarms: Sequence[cloudwatch.IAlarm],
        execute_command: bool,
    ) -> None:
        """Create the service.

        Args:
            service_name: fixed, so that roles can be granted rights on just this service; what would replace the
                service needs another name.
            desired_count: None leaves the number of tasks to whoever scales it: a deployment does not touch it.
            spot_percent: share of the tasks beyond the first one that run on Fargate Spot, which AWS may take away
                with two minutes' notice; 100 is all of them.
            health_check_grace_period: in which a new task may fail the load balancer's checks.
            strategy: how its tasks are replaced.
            deployment_alarms: a rollout during which one of them fires is undone. They must not be made from the
                service's own metrics: that would be a circular dependency.
            execute_command: whether `aws ecs execute-command` may open a shell in a task.
        """
        super().__init__(scope, id)
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            service_name=service_name,
            task_definition=task_definition,
            vpc_subnets=subnets,
            assign_public_ip=assign_public_ip,
            desired_count=desired_count,
            capacity_provider_strategies=_capacity(spot_percent),
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=health_check_grace_period,
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.ENABLED,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_alarms=ecs.DeploymentAlarmConfig(
                alarm_names=[alarm.alarm_name for alarm in deployment_alarms],
                behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM,
            ),
            enable_execute_command=execute_command,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            **strategy.options,
        )
        # The circuit breaker is for rolling and blue/green deployments ("Amazon ECS deployment failure detection"); of
        # canary and linear ones AWS says nothing, and their alarms roll them back all the same.
        resource = self.service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101 - what a FargateService is made of
        for path, value in strategy.overrides.items():
            resource.add_property_override(path, value)


def _capacity(spot_percent: int) -> list[ecs.CapacityProviderStrategy]:
    # Both are always named: from a launch type to capacity providers CloudFormation would replace the service.
    base = 1 if spot_percent < 100 else 0  # noqa: PLR2004 - percent; a provider of weight 0 takes no tasks
    return [
        ecs.CapacityProviderStrategy(capacity_provider="FARGATE", base=base, weight=100 - spot_percent),
        ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=spot_percent),
    ]
