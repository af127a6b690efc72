"""What may stop a release after its tasks have passed the test traffic, and before clients meet them."""

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge_inline_policies

STAGE = ecs.DeploymentLifecycleStage.POST_TEST_TRAFFIC_SHIFT
"""The test listener leads to the new tasks, the production listener still to the old ones."""


class LambdaHook(Construct):
    """A Lambda function that is asked whether the release goes on; FAILED from it rolls the release back."""

    def __init__(self, scope: Construct, id: str, *, service: ecs.FargateService, function_arn: str) -> None:
        """Have ECS ask that function, which exists already and answers `{"hookStatus": "SUCCEEDED"}`."""
        super().__init__(scope, id)
        function = lambda_.Function.from_function_attributes(
            self, "Function", function_arn=function_arn, same_environment=True
        )
        role = iam.Role(
            self,
            "Role",
            description="Lets ECS ask the function whether a release goes on.",
            # Without a condition, as in AWS's own example: that ECS sends a source account here is nowhere said
            # ("Permissions required for Lambda functions in Amazon ECS blue/green deployments").
            assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
        )
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn]))
        acknowledge_inline_policies(role)
        service.add_lifecycle_hook(
            ecs.DeploymentLifecycleLambdaTarget(function, "Hook", lifecycle_stages=[STAGE], role=role)
        )
        # Else the first deployment may ask before the role may call.
        resource = service.node.default_child
        assert resource is not None  # noqa: S101 - what a FargateService is made of
        resource.node.add_dependency(role)


class PauseHook(Construct):
    """A release waits for a human, who lets it go on or rolls it back (`aws ecs continue-service-deployment`)."""

    def __init__(self, scope: Construct, id: str, *, service: ecs.FargateService, timeout: Duration) -> None:
        """Have ECS wait.

        Args:
            timeout: after which nobody's answer is taken for a no; ECS's own default is a day ("Pause lifecycle
                hooks", Amazon ECS developer guide).
        """
        super().__init__(scope, id)
        resource = service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101 - what a FargateService is made of
        # aws_ecs has lifecycle hooks for Lambda functions only.
        resource.add_property_override(
            "DeploymentConfiguration.LifecycleHooks",
            [
                {
                    "TargetType": "PAUSE",
                    "LifecycleStages": [STAGE.name],
                    "TimeoutConfiguration": {"Action": "ROLLBACK", "TimeoutInMinutes": timeout.to_minutes()},
                }
            ],
        )
