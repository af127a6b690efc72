"""Whether ECS can take on the roles of the tasks, and the execution role may do its work."""

from collections.abc import Iterable

from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.image import repository
from operations.doctor.secrets import references
from operations.doctor.subject import Step, Subject
from operations.doctor.trust import services
from operations.gateways.ecs_tasks import TaskSettings
from operations.gateways.iam import Iam
from operations.partitions import partition_of

TASKS = "ecs-tasks.amazonaws.com"
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")


def steps(subject: Subject, task: TaskSettings) -> list[Step]:
    """Look at the execution role and at the task role."""
    gateway = Iam(subject.aws)
    roles = {"execution role": task.execution_role, "task role": task.task_role}
    trusting = [_trust_step(subject, gateway, kind, arn) for kind, arn in roles.items() if arn]
    return [*trusting, *([_rights_step(subject, gateway, task)] if task.execution_role else [])]


def _trust_step(subject: Subject, gateway: Iam, kind: str, arn: str) -> Step:
    def run() -> Iterable[Check]:
        role = arn.rpartition("/")[2]
        document = gateway.trust(role)
        values = {"kind": kind, "role": role, "stack": subject.stack_name, "deploy": subject.deploy()}
        if document is None:
            yield Check.fail(kind, failures.TASK_ROLE_MISSING.about(**values))
        elif TASKS not in services(document):
            yield Check.fail(kind, failures.TASK_ROLE_UNTRUSTING.about(**values))
        else:
            yield Check.ok(kind, f"{role} lets ECS take it on")

    return Step(kind, run)


def _rights_step(subject: Subject, gateway: Iam, task: TaskSettings) -> Step:
    name = "execution role's rights"

    def run() -> Iterable[Check]:
        if subject.aws.sandboxed:
            what = "the emulated AWS lets every role do everything"
            yield Check.warn(name, warnings.NOT_EMULATED.about(what=what))
            return
        denied = False
        for actions, resource in needs(subject, task):
            refused = gateway.denied(task.execution_role, actions, resource)
            if refused:
                denied = True
                values = {"stack": subject.stack_name, "deploy": subject.deploy()}
                yield Check.warn(
                    name,
                    warnings.EXECUTION_ROLE_DENIED.about(actions=", ".join(refused), resource=resource, **values),
                )
        if not denied:
            yield Check.ok(name, "it may pull the image, write logs and read the secrets, as IAM simulates it")

    return Step(name, run)


def needs(subject: Subject, task: TaskSettings) -> list[tuple[tuple[str, ...], str]]:
    """What ECS does as the execution role to start a task: actions, and on what."""
    account, region = subject.environment.account, subject.environment.region
    registry, partition = subject.installation.registry, partition_of(region)
    found: list[tuple[tuple[str, ...], str]] = []
    if subject.environment.image != "asset":
        name = repository(subject.installation, subject.environment)
        found.append((PULL, f"arn:{partition}:ecr:{registry.region}:{registry.account}:repository/{name}"))
    if task.main.log_group:
        found.append((LOG, f"arn:{partition}:logs:{region}:{account}:log-group:{task.main.log_group}:log-stream:any"))
    for reference in references(subject):
        if reference.in_secrets_manager:
            found.append((("secretsmanager:GetSecretValue",), reference.source))
        else:
            parameter = reference.source.partition(":parameter/")[2] or reference.source.lstrip("/")
            found.append((("ssm:GetParameters",), f"arn:{partition}:ssm:{region}:{account}:parameter/{parameter}"))
    return found
