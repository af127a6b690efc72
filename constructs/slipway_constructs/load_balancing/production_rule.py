"""Which of two target groups gets the clients' requests."""

from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

PRIORITY = 100
"""Of the rule; smaller numbers, which are looked at first, are left to rules that keep requests away from tasks."""


def shiftable_rule(
    scope: Construct,
    id: str,
    *,
    listener: elbv2.IApplicationListener,
    targets: elbv2.IApplicationTargetGroup,
    alternate_targets: elbv2.IApplicationTargetGroup,
) -> elbv2.ApplicationListenerRule:
    """A rule for every path whose weights ECS moves from one target group to the other and back.

    It starts with all traffic at `targets`, as ECS wants it of a new service ("Required resources for Amazon ECS
    blue/green deployments").
    """
    return elbv2.ApplicationListenerRule(
        scope,
        id,
        listener=listener,
        priority=PRIORITY,
        conditions=[elbv2.ListenerCondition.path_patterns(["/*"])],
        action=elbv2.ListenerAction.weighted_forward(
            [
                elbv2.WeightedTargetGroup(target_group=targets, weight=100),
                elbv2.WeightedTargetGroup(target_group=alternate_targets, weight=0),
            ]
        ),
    )


class ProductionRule(Construct):
    """The listener rule that ECS shifts production traffic with.

    It stands alone so that nobody changes it in passing. CloudFormation knows only the weights of the template, 100 and
    0, and ECS moves them behind its back: after every other release the group with weight 0 is the one that serves.
    An update that changes any property of the rule writes the template's weights again, and then all traffic goes to
    the empty group (aws-cdk #36649). Change it only while `targets` serves, or between two outages; the same holds for
    `cdk deploy --revert-drift`.

    Attributes:
        rule: the rule, of priority 100.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        listener: elbv2.IApplicationListener,
        targets: elbv2.IApplicationTargetGroup,
        alternate_targets: elbv2.IApplicationTargetGroup,
    ) -> None:
        """Create the rule.

        Args:
            listener: that clients reach; the rule stands before its default action.
            targets: the target group that has the traffic at first.
            alternate_targets: the one that has none.
        """
        super().__init__(scope, id)
        self.rule = shiftable_rule(
            self, "Rule", listener=listener, targets=targets, alternate_targets=alternate_targets
        )
