"""What runs in an environment."""

from dataclasses import asdict, dataclass

from configuration import Configuration, Environment, stack_names
from operations.aws import Aws, connect, explained
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.ecs import Ecs
from operations.gateways.elastic_load_balancing import ElasticLoadBalancing


@dataclass(frozen=True)
class DeploymentStatus:
    """The newest rollout, in ECS's words."""

    id: str
    status: str
    reason: str


@dataclass(frozen=True)
class Status:
    """What runs in an environment.

    Attributes:
        image_tag: of the running task definition, which after a rollback is not the stack's parameter.
        url: where clients find the service.
    """

    environment: str
    cluster: str
    service: str
    image_tag: str
    desired: int
    running: int
    deployment: DeploymentStatus
    url: str

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def read(configuration: Configuration, environment: Environment) -> Status:
    """Ask AWS what runs in that environment.

    Raises:
        OperationError: nothing is deployed there, or AWS cannot be asked.
    """
    aws = connect(configuration, environment)
    with explained(aws):
        name = stack_names.service(environment.name)
        stack = CloudFormation(aws).stack(name)
        if stack is None or "ServiceName" not in stack.outputs:
            raise OperationError(
                f"{environment.name} has no service: the stack {name} is {stack.status if stack else 'not deployed'}",
                fix="Run make up." if aws.sandboxed else f"Run npx cdk deploy {name} and the stacks before it.",
            )
        return _status(aws, environment, stack)


def _status(aws: Aws, environment: Environment, stack: Stack) -> Status:
    ecs = Ecs(aws)
    cluster, name = stack.outputs["ClusterName"], stack.outputs["ServiceName"]
    service = ecs.service(cluster, name)
    if service is None or service.primary is None:
        raise OperationError(
            f"the service {name} is not in the cluster {cluster} although {stack.name} says so",
            fix=f"Run npx cdk drift {stack.name} to see what was removed by hand.",
        )
    variables = ecs.environment_variables(service.primary.task_definition)
    return Status(
        environment=environment.name,
        cluster=cluster,
        service=service.name,
        image_tag=variables.get("IMAGE_TAG", ""),
        desired=service.desired,
        running=service.running,
        deployment=DeploymentStatus(
            id=service.primary.id, status=service.primary.rollout_state, reason=service.primary.reason
        ),
        url=url(aws, stack),
    )


def url(aws: Aws, service_stack: Stack) -> str:
    """Where clients find the service; in the sandbox, a path of the emulator's endpoint is the load balancer."""
    if aws.endpoint is None:
        return service_stack.outputs["Url"]
    name = ElasticLoadBalancing(aws).name_of(service_stack.outputs["LoadBalancerArn"])
    return f"{aws.endpoint}/_alb/{name}"
