"""Examining an environment, or an account."""

from collections.abc import Sequence

from configuration import SANDBOX, Configuration, Environment, stack_names
from operations.advice import Advice
from operations.aws import Aws, connect, explained
from operations.doctor import (
    alarms,
    bootstrap,
    egress,
    failures,
    github,
    image,
    notifications,
    ports,
    quota,
    secrets,
    stacks,
    task_roles,
)
from operations.doctor.examination import Check, Examination
from operations.doctor.subject import Step, Subject, carry_out
from operations.doctor.token import Token, decode
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.ecs_tasks import EcsTasks, ServiceSettings, TaskSettings
from operations.gateways.sts import Sts

CREDENTIALS = "credentials"


def examine(
    configuration: Configuration,
    environment: Environment | None,
    *,
    image_tag: str | None = None,
    token: str | None = None,
) -> Examination:
    """Look at everything that a release needs.

    A check that AWS does not let these credentials make is a warning that says so.

    Args:
        environment: None: what needs no stack of an environment, for all environments of the credentials' account.
        image_tag: that is to be released; omitted, the one that is deployed.
        token: a token of GitHub's, to be compared with what the roles accept; it is decoded, not verified.

    Raises:
        OperationError: the token is none.
    """
    claims = decode(token) if token is not None else None
    if environment is None:
        return _of_account(configuration, claims)
    sandboxed = environment.name == SANDBOX
    installation = configuration.select([SANDBOX] if sandboxed else None)
    credentials, check = _credentials(configuration, environment)
    if credentials is None:
        return Examination(environment.name, (check,))
    aws, account = credentials
    if account != environment.account:
        advice = failures.WRONG_ACCOUNT.about(
            account=account, environment=environment.name, expected=environment.account
        )
        return Examination(environment.name, (Check.fail(CREDENTIALS, advice),))
    return Examination(environment.name, (check, *_of_environment(aws, installation, environment, image_tag, claims)))


def _credentials(configuration: Configuration, environment: Environment) -> tuple[tuple[Aws, str] | None, Check]:
    """AWS as that environment sees it, and the account that the credentials belong to; None if nobody answers."""
    try:
        aws = connect(configuration, environment)
        with explained(aws):
            account = Sts(aws).account()
    except OperationError as error:
        return None, Check.fail(CREDENTIALS, Advice(error.what, error.fix))
    return (aws, account), Check.ok(CREDENTIALS, f"of account {account}")


def _of_account(configuration: Configuration, token: Token | None) -> Examination:
    installation = configuration.select()
    environments = list(installation.environments.values())
    if not environments:
        raise OperationError("slipway.toml has no environment but the sandbox", fix="Run slipway doctor sandbox.")
    credentials, check = _credentials(installation, environments[0])
    if credentials is None:
        return Examination("the account", (check,))
    aws, account = credentials
    local = [each for each in environments if each.account == account]
    if not local and installation.registry.account != account:
        accounts = ", ".join(installation.accounts)
        advice = failures.NO_ENVIRONMENT_HERE.about(account=account, accounts=accounts)
        return Examination(f"account {account}", (Check.fail(CREDENTIALS, advice),))
    asked = local[0] if local else environments[0]
    aws = _in_region(asked.region, aws, environments[0], installation)
    regions = {each.region: each for each in local}
    steps = [bootstrap.step(_in_region(each.region, aws, asked, installation), each) for each in regions.values()]
    steps += _github_steps(aws, installation, account, local, token)
    return Examination(f"account {account}", (check, *carry_out(steps, aws)))


def _in_region(region: str, aws: Aws, asked: Environment, installation: Configuration) -> Aws:
    if region == asked.region:
        return aws  # a second session would have the shell's profile ask for its MFA code again
    return connect(installation, asked.model_copy(update={"region": region}))


def _of_environment(
    aws: Aws, installation: Configuration, environment: Environment, image_tag: str | None, token: Token | None
) -> list[Check]:
    subject, found = _subject(installation, environment, aws, image_tag)
    registry_aws = _in_region(installation.registry.region, aws, environment, installation)
    steps = [
        bootstrap.step(aws, environment),
        bootstrap.role_step(aws, environment),
        *_github_steps(aws, installation, environment.account, [environment], token),
        *stacks.steps(aws, environment),
        image.step(subject, registry_aws),
        secrets.step(subject),
        *_steps_of_service(subject),
        quota.step(subject),
        *notifications.steps(subject),
    ]
    return [*found, *carry_out(steps, aws)]


def _github_steps(
    aws: Aws, installation: Configuration, account: str, environments: Sequence[Environment], token: Token | None
) -> list[Step]:
    deploy = "make up" if aws.sandboxed else f"npx cdk deploy {installation.identity_stack_id(account)}"
    roles = github.workflow_roles(installation, account, environments)
    return [
        github.provider_step(aws, installation, account, installation.registry.region, deploy),
        github.roles_step(aws, roles, token, deploy),
    ]


def _steps_of_service(subject: Subject) -> list[Step]:
    if subject.service is None or subject.task is None:
        return []
    return [
        *task_roles.steps(subject, subject.task),
        ports.step(subject, subject.service, subject.task),
        egress.step(subject, subject.service),
        alarms.step(subject, subject.service),
    ]


def _subject(
    installation: Configuration, environment: Environment, aws: Aws, image_tag: str | None
) -> tuple[Subject, list[Check]]:
    """What is deployed, and the checks that finding out has made on the way."""
    name = stack_names.service(environment.name)
    cloudformation, ecs = CloudFormation(aws), EcsTasks(aws)
    stack: Stack | None = None
    service: ServiceSettings | None = None
    task: TaskSettings | None = None

    def look() -> list[Check]:
        nonlocal stack, service, task
        stack = cloudformation.stack(name)
        checks = [stacks.of_service(name, stack, environment)]
        if stack and "ServiceName" in stack.outputs:
            cluster, service_name = stack.outputs["ClusterName"], stack.outputs["ServiceName"]
            service = ecs.service(cluster, service_name)
            if service is None:
                advice = failures.SERVICE_MISSING.about(service=service_name, cluster=cluster, stack=name)
                return [*checks, Check.fail("service", advice)]
            task = ecs.task_definition(service.task_definition)
        return checks

    checks = carry_out([Step(f"stack {name}", look)], aws)
    tag = image_tag or (stack.parameters.get("ImageTag") if stack else None)
    return Subject(installation, environment, aws, environment.account, stack, service, task, tag), checks
