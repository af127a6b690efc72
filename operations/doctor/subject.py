"""What is examined, and the steps of it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from configuration import Configuration, Environment, stack_names
from operations.aws import Aws, explained
from operations.doctor import warnings
from operations.doctor.examination import Check
from operations.errors import OperationError
from operations.gateways.cloudformation import Stack
from operations.gateways.ecs_tasks import ServiceSettings, TaskSettings


@dataclass(frozen=True)
class Subject:
    """An environment as its checks see it.

    Attributes:
        installation: the configuration with only the environments that belong together: the sandbox, or all others.
        account: of the credentials.
        stack: of the service; None if it is not deployed.
        service: None if it is not deployed. Likewise the task definition that it runs.
        image_tag: to be released; None if no tag is known.
    """

    installation: Configuration
    environment: Environment
    aws: Aws
    account: str
    stack: Stack | None
    service: ServiceSettings | None
    task: TaskSettings | None
    image_tag: str | None

    @property
    def stack_name(self) -> str:
        """Of the service."""
        return stack_names.service(self.environment.name)

    def deploy(self, stack: str | None = None) -> str:
        """What to type to deploy that stack; omitted, that of the service."""
        return "make up" if self.aws.sandboxed else f"npx cdk deploy {stack or self.stack_name}"


@dataclass(frozen=True)
class Step:
    """One or more checks that are made together.

    Attributes:
        name: of the check that says why, if AWS refuses to answer.
        run: asks AWS and judges.
    """

    name: str
    run: Callable[[], Iterable[Check]]


def carry_out(steps: Iterable[Step], aws: Aws) -> list[Check]:
    """The checks of all steps, which are made at the same time, in the order of the steps."""

    def checks(step: Step) -> list[Check]:
        try:
            with explained(aws):
                return list(step.run())
        except OperationError as error:
            return [Check.warn(step.name, warnings.UNSEEN.about(why=error.what, fix=error.fix))]

    with ThreadPoolExecutor() as pool:
        return [check for found in pool.map(checks, list(steps)) for check in found]
