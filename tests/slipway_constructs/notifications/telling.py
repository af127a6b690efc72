"""A stack in which somebody is told of a service."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sqs as sqs

from slipway_constructs.notifications import deployment_words
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, some_service, template_of
from tests.slipway_constructs.notifications.event_rules import matches

FAILED = deployment_words.of_failure("web", "live", "https://example.com/runbook.md#deployment-failed")
ROLLING_BACK = deployment_words.of_rollback("web", "live", "https://example.com/runbook.md#rolled-back")


def stack_with_service() -> tuple[Stack, ecs.FargateService, sqs.Queue]:
    """A stack, a service, and a queue of dead letters."""
    stack = new_stack()
    return stack, some_service(stack, existing_vpc(stack)), sqs.Queue(stack, "DeadLetters")


def rules_of(stack: Stack, event: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules whose patterns match the event."""
    return [each for each in resources(template_of(stack), "AWS::Events::Rule") if matches(each["EventPattern"], event)]
