"""Letting ECS move traffic from the tasks before a release to those of the release."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies


class TrafficShift(Construct):
    """Puts a service behind two target groups, and lets ECS turn the listener rules from one to the other.

    Attributes:
        role: what ECS acts as; it may change just these rules and targets. AWS's own policy for it
            (AmazonECSInfrastructureRolePolicyForLoadBalancers) allows those of every load balancer of the account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: ecs.FargateService,
        container: ecs.ContainerDefinition,
        targets: elbv2.ApplicationTargetGroup,
        alternate_targets: elbv2.ApplicationTargetGroup,
        production_rule: elbv2.ApplicationListenerRule,
        test_rule: elbv2.ApplicationListenerRule,
    ) -> None:
        """Attach the service.

        Args:
            targets: where the first release's tasks go; the next one goes to `alternate_targets`, and so on in turn.
            production_rule: clients' traffic; ECS owns its weights from then on.
            test_rule: leads to the new tasks before `production_rule` does.
        """
        super().__init__(scope, id)
        rules = [production_rule, test_rule]
        self.role = self._role(rules, [targets, alternate_targets])
        service.load_balancer_target(
            container_name=container.container_name,
            container_port=container.container_port,
            alternate_target=ecs.AlternateTarget(
                "AlternateTarget",
                alternate_target_group=alternate_targets,
                production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(production_rule),
                test_listener=ecs.ListenerRuleConfiguration.application_listener_rule(test_rule),
                role=self.role,
            ),
        ).attach_to_application_target_group(targets)
        # Else the first deployment may start before the role may do anything.
        resource = service.node.default_child
        assert resource is not None  # noqa: S101 - what a FargateService is made of
        resource.node.add_dependency(self.role)

    def _role(self, rules: list[elbv2.ApplicationListenerRule], groups: list[elbv2.ApplicationTargetGroup]) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            description="Lets ECS shift traffic between two target groups.",
            # Without a condition, as in AWS's own example: that ECS sends a source account here is nowhere said
            # ("Amazon ECS infrastructure IAM role for load balancers").
            assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["elasticloadbalancing:ModifyRule"], resources=[rule.listener_rule_arn for rule in rules]
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
                resources=[group.target_group_arn for group in groups],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTargetGroups",
                    "elasticloadbalancing:DescribeTargetHealth",
                ],
                resources=["*"],
            )
        )
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "The Describe actions of Elastic Load Balancing have no resource type: AWS takes only * for them.",
        )
        acknowledge_inline_policies(role)
        return role
