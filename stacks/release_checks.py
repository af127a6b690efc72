"""Which release rules hold for which stack."""

from collections.abc import Sequence
from functools import partial

from aws_cdk import Stack

from configuration import Environment
from configuration.registry import Registry
from slipway_constructs.releases import release_rules
from slipway_constructs.releases.deployment_alarms import DeploymentAlarms
from slipway_constructs.releases.release_checks import Rule
from stacks.network import NetworkStack
from stacks.registry import RegistryStack
from stacks.service import ServiceStack


def rules_of_registry(stack: RegistryStack, registry: Registry) -> dict[str, Sequence[Rule]]:
    """What a rollback needs of the images."""
    depth = partial(release_rules.images_outlive_the_rollback_depth, rollback_depth=registry.rollback_depth)
    return {stack.node.path: [depth]}


def rules_of_network(stack: NetworkStack) -> dict[str, Sequence[Rule]]:
    """What a rollback needs of the network."""
    return {stack.node.path: [release_rules.every_zone_reaches_the_registry]}


def rules_of_service(stack: ServiceStack, environment: Environment) -> dict[str, Sequence[Rule]]:
    """What a release needs of the service and its load balancer, by what slipway.toml says of the image."""
    task = environment.task
    return {
        stack.node.path: [
            # Looked up at the end: a later construct may add alarms.
            lambda template: release_rules.deployment_alarms_are_heeded(template, alarm_ids=_deployment_alarms(stack)),
            partial(release_rules.grace_covers_the_start, measured_start_seconds=task.measured_start_seconds),
            partial(
                release_rules.requests_outlive_the_stop_signal,
                graceful_shutdown_seconds=task.graceful_shutdown_seconds,
            ),
            partial(release_rules.connections_outlive_the_idle_timeout, keep_alive_seconds=task.keep_alive_seconds),
        ]
    }


def _deployment_alarms(stack: Stack) -> list[str]:
    """The logical ids of the alarms of all such constructs in the stack, whether the stack uses them or not."""
    constructs = [each for each in stack.node.find_all() if isinstance(each, DeploymentAlarms)]
    return [stack.resolve(alarm.alarm_name)["Ref"] for each in constructs for alarm in each.alarms]
