"""What the stacks of an environment have in common."""

from aws_cdk import Environment as CdkEnvironment
from aws_cdk import Stack
from constructs import Construct

from configuration import Environment


class EnvironmentStack(Stack):
    """A stack in an environment's account and region, which nobody can delete as long as its data is to be kept."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, description: str) -> None:
        """Create the stack; its name is `id`, one of `configuration.stack_names`."""
        super().__init__(
            scope,
            id,
            stack_name=id,
            env=CdkEnvironment(account=environment.account, region=environment.region),
            termination_protection=environment.retain_data,
            description=description,
        )
