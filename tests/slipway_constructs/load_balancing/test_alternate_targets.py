"""The second target group: nothing about a release depends on which of the two it is in."""

from benchmark.rollout import seconds_of_a_rollout
from slipway_constructs.load_balancing.alternate_targets import AlternateTargets
from slipway_constructs.load_balancing.target_group import target_group
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, reference, template_of
from tests.slipway_constructs.load_balancing.balancing import TARGETS


def test_it_differs_in_nothing_from_the_first_one() -> None:
    stack = new_stack()
    vpc = existing_vpc(stack)
    target_group(stack, "First", vpc=vpc, target_port=8000, health_path="/health/ready")
    AlternateTargets(stack, "Alternate", vpc=vpc, target_port=8000, health_path="/health/ready")
    first, second = resources(template_of(stack), TARGETS)
    assert first == second


def test_it_takes_tasks_of_the_port_that_are_healthy_at_the_path() -> None:
    stack = new_stack()
    alternate = AlternateTargets(
        stack, "Alternate", vpc=existing_vpc(stack), target_port=9000, health_path="/ready-or-not"
    )
    targets = only(stack, TARGETS)
    assert (targets["Port"], targets["HealthCheckPath"]) == (9000, "/ready-or-not")
    assert stack.resolve(alternate.targets.target_group_arn) == reference(stack, TARGETS)


def test_a_shift_of_traffic_waits_at_most_30_seconds_for_the_load_balancer() -> None:
    stack = new_stack()
    AlternateTargets(stack, "Alternate", vpc=existing_vpc(stack), target_port=8000, health_path="/health/ready")
    assert seconds_of_a_rollout(only(stack, TARGETS)) <= 30
