"""The changes that are refused unless `[[approved_changes]]` names them, with the reason for each refusal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from operations.review.assembly import Approval
from operations.review.differences import Difference
from operations.review.report import Action, Refusal, StackChange
from operations.review.resources import Key, Resource, Resources
from operations.review.stateful import STATEFUL
from operations.review.values import pointers

SERVICE = "AWS::ECS::Service"

PRODUCTION_RULE = "ProductionRule"
"""The construct whose listener rule carries the traffic of an environment that shifts it."""

HEALTH_CHECK = {
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "Matcher",
    "Port",
    "Protocol",
    "ProtocolVersion",
}
"""Of a target group: how it decides whether a task is healthy."""

IN_TWO_STEPS = (
    "When a deployment fails, ECS goes back to the old task definition, but not to the old health check: the old tasks "
    "then fail the new check, and the rollback never ends. First release an image that satisfies both checks, then "
    "change the check in a review of its own."
)

WEIGHTS = (
    "ECS moves the weights of this rule with every deployment, and CloudFormation writes those of the template back "
    "when it updates the rule: all traffic may go to the target group that has no tasks. Approve it only for a moment "
    "when aws elbv2 describe-rules shows the weights of the template and no deployment is under way."
)

STRATEGY = (
    "The rule appears or disappears with the strategy of rollouts, while the service is taking traffic: requests go "
    "astray unless the target group that it leads to has the tasks. A new environment beside the old one needs no "
    "such moment."
)

LEFT_BEHIND = (
    "CDK does not delete it: what it holds stays, costs and is updated no more, until somebody runs cdk destroy from a "
    "version that still has it."
)


def refusals(head: Resources, differences: Sequence[Difference], stacks: Sequence[StackChange]) -> list[Refusal]:
    """Everything in these differences that is refused.

    Args:
        stacks: those that are new or gone. In a new one nothing can be lost; of one that is gone only the stack is
            refused, not each of its resources.
    """
    whole = {stack.place for stack in stacks}
    within = [each for each in differences if each.key[0] not in whole]
    return [
        *_health_checks(head, within),
        *(refusal for each in within for refusal in _production_rule(each)),
        *(refusal for each in within for refusal in _lost(each)),
        *(_removed(stack) for stack in stacks if not stack.added),
    ]


def approve(found: Iterable[Refusal], approvals: Sequence[Approval]) -> tuple[list[Refusal], list[Approval]]:
    """The refusals with the reasons of those who approve them, and the approvals that are of no refusal."""
    reasons = {(each.change, each.stack, each.resource): each.reason for each in approvals}
    answered = [
        replace(refusal, approval=reasons.get((refusal.change, refusal.stack, refusal.resource))) for refusal in found
    ]
    used = {(refusal.change, refusal.stack, refusal.resource) for refusal in answered}
    return answered, [each for each in approvals if (each.change, each.stack, each.resource) not in used]


def _health_checks(head: Resources, differences: Sequence[Difference]) -> Iterator[Refusal]:
    changed = {each.key: each for each in differences}
    refused: set[Key] = set()
    for service in (resource for resource in head.values() if resource.type == SERVICE):
        if not _changes_tasks(changed.get(service.key)):
            continue
        for key in _targets(service):
            checks = sorted(changed[key].changed & HEALTH_CHECK) if key in changed else []
            if checks and key not in refused:
                refused.add(key)
                what = f"has another {' and '.join(checks)}, and {service.path} another task definition"
                yield _refusal("health_check_with_task_definition", changed[key], what, IN_TWO_STEPS)


def _changes_tasks(service: Difference | None) -> bool:
    if service is None:
        return False
    parts = {path.rpartition(".")[2] for path in service.properties if path.startswith("LoadBalancers")}
    return "TaskDefinition" in service.changed or bool(parts & {"ContainerName", "ContainerPort"})


def _targets(service: Resource) -> Iterable[Key]:
    return dict.fromkeys(pointer.target for _, pointer in pointers(service.properties.get("LoadBalancers")))


def _production_rule(difference: Difference) -> Iterator[Refusal]:
    resource = difference.resource
    if PRODUCTION_RULE not in resource.path.split("/"):
        return
    match difference.action:
        case Action.ADDED | Action.DESTROYED:
            yield _refusal("production_rule", difference, f"would be {difference.action}", STRATEGY)
        case _ if difference.changed or difference.causes:
            what = f"would be {difference.action}: {', '.join(difference.properties)}"
            yield _refusal("production_rule", difference, what, WEIGHTS)


def _lost(difference: Difference) -> Iterator[Refusal]:
    lost = STATEFUL.get(difference.resource.type)
    if lost is None:
        return
    match difference.action:
        case Action.DESTROYED:
            fate = "it stays, outside of the stack, and nothing uses it any more" if difference.retained else lost
            what = "would be destroyed" + (f" ({difference.note})" if difference.note else "")
            yield _refusal("deletion", difference, what, f"If it goes, {fate}.")
        case Action.REPLACED | Action.MAY_BE_REPLACED:
            verb = "may be replaced" if difference.action is Action.MAY_BE_REPLACED else "would be replaced"
            kept = " The old one stays, outside of the stack, and nothing uses it." if difference.retained else ""
            note = f" {difference.note[0].upper()}{difference.note[1:]}." if difference.note else ""
            yield _refusal(
                "replacement",
                difference,
                f"{verb}: {'; '.join(difference.causes)}",
                f"If CloudFormation makes a new one, {lost}.{kept}{note}",
            )


def _refusal(change: str, difference: Difference, what: str, why: str) -> Refusal:
    resource = difference.resource
    return Refusal(
        change=change,
        environment=resource.environment,
        stack=(difference.after or resource).stack,
        resource=resource.path,
        logical_id=resource.logical_id,
        type=resource.type,
        what=what,
        why=why,
    )


def _removed(stack: StackChange) -> Refusal:
    what = f"would move from {stack.place} to {stack.elsewhere}" if stack.elsewhere else "is no longer in the app"
    return Refusal(
        change="stack_removal",
        environment=stack.environment,
        stack=stack.stack,
        resource=None,
        logical_id=None,
        type="AWS::CloudFormation::Stack",
        what=what,
        why=LEFT_BEHIND,
    )
