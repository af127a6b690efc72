"""The service of an environment, found by the outputs of its stack."""

from dataclasses import dataclass

from configuration import Configuration, Environment, stack_names
from operations.aws import Aws, connect, explained
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation, Stack


@dataclass(frozen=True)
class Deployed:
    """Where the service of an environment is.

    Attributes:
        stack: that has the service.
        service: its name.
    """

    aws: Aws
    environment: Environment
    stack: Stack
    cluster: str
    service: str


def locate(configuration: Configuration, environment: Environment) -> Deployed:
    """The service of that environment.

    Raises:
        OperationError: nothing is deployed there, or AWS cannot be asked.
    """
    aws = connect(configuration, environment)
    name = stack_names.service(environment.name)
    with explained(aws):
        stack = CloudFormation(aws).stack(name)
    if stack is None or "ServiceName" not in stack.outputs:
        raise OperationError(
            f"{environment.name} has no service: the stack {name} is {stack.status if stack else 'not deployed'}",
            fix="Run make up." if aws.sandboxed else _creation(environment),
        )
    return Deployed(aws, environment, stack, stack.outputs["ClusterName"], stack.outputs["ServiceName"])


def _creation(environment: Environment) -> str:
    if environment.image == "asset":
        return f"Run slipway deploy {environment.name}, which creates it."
    return f"Run slipway release {environment.name} --tag TAG, which creates it."


class ServiceGoneError(OperationError):
    """The service was removed, so that no rollout of it goes on."""


def gone(deployed: Deployed) -> ServiceGoneError:
    """That somebody removed the service although the stack has it."""
    stack = deployed.stack.name
    return ServiceGoneError(
        f"the service {deployed.service} is not in the cluster {deployed.cluster} although {stack} says so",
        fix=f"Run npx cdk drift {stack} to see what was removed by hand.",
    )
