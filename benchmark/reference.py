"""What Slipway is measured against: the app that CDK's own patterns make with their defaults.

One VPC of two zones, and one `ApplicationLoadBalancedFargateService` in it: `python -m benchmark.reference`.
"""

from aws_cdk import App, Stack
from aws_cdk import Environment as CdkEnvironment
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as ecs_patterns

from benchmark.synthesis import REFERENCE_STACK


def reference_stack(app: App, *, region: str = "eu-central-1") -> Stack:
    """The one stack of the reference app, with CDK's defaults wherever it has any."""
    stack = Stack(app, REFERENCE_STACK, env=CdkEnvironment(account="111111111111", region=region))
    ecs_patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Service",
        vpc=ec2.Vpc(stack, "Vpc", max_azs=2),
        task_image_options=ecs_patterns.ApplicationLoadBalancedTaskImageOptions(
            image=ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/nginx")
        ),
    )
    return stack


def main() -> None:
    """Synthesise it, like Slipway's own app without reporting to AWS."""
    app = App(analytics_reporting=False)
    reference_stack(app)
    app.synth()


if __name__ == "__main__":
    main()
