"""Whether CloudFormation would take an update of the stacks."""

from collections.abc import Iterable

from configuration import Environment, stack_names
from operations.aws import Aws
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step
from operations.gateways.cloudformation import CloudFormation, Stack

UNPROTECT = (
    "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {stack} "
    "--region {region}"
)
PROTECTED = f"if it is protected against deletion, run {UNPROTECT} before."

STUCK = {
    "REVIEW_IN_PROGRESS": "Its first change set was never executed: run aws cloudformation delete-stack --stack-name "
    f"{{stack}} --region {{region}}, then {{create}}; {PROTECTED}",
    "CREATE_FAILED": f"Run npx cdk rollback {{stack}}, then {{create}}; {PROTECTED}",
    "ROLLBACK_COMPLETE": "Its creation failed: run {create}, which deletes what is left of it first; " + PROTECTED,
    "ROLLBACK_FAILED": "Its creation failed, and so did cleaning up: see why with aws cloudformation "
    "describe-stack-events --stack-name {stack} --region {region}, then run npx cdk destroy {stack}; " + PROTECTED,
    "UPDATE_FAILED": "Run npx cdk rollback {stack}.",
    "UPDATE_ROLLBACK_FAILED": "Run npx cdk rollback {stack}; if one resource keeps it from going back, npx cdk "
    "rollback {stack} --orphan LOGICAL_ID leaves that one behind.",
    "DELETE_FAILED": "See what is left with aws cloudformation describe-stack-events --stack-name {stack} --region "
    "{region}, then run npx cdk destroy {stack} again; " + PROTECTED,
    "IMPORT_ROLLBACK_FAILED": "Run npx cdk rollback {stack}.",
}
"""What to type, by the state from which CloudFormation takes no update.

`create` is what creates the stack: of the service, whose image tag has no default, a release.
"""


def busy(status: str) -> bool:
    """Whether an operation is under way in a stack of that state."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def steps(aws: Aws, environment: Environment) -> list[Step]:
    """Look at the environment's other stacks, one by one: a role may see only some of them."""
    gateway = CloudFormation(aws)
    names = stack_names.beside_the_service(environment.name, collects_telemetry=environment.collects_telemetry)
    return [_step(gateway, name, environment) for name in names]


def _step(gateway: CloudFormation, name: str, environment: Environment) -> Step:
    def run() -> Iterable[Check]:
        if stack := gateway.stack(name):
            yield of_other(name, stack, environment)

    return Step(f"stack {name}", run)


def of_service(name: str, stack: Stack | None, environment: Environment) -> Check:
    """Whether a release can change that stack."""
    check = f"stack {name}"
    if stack is None:
        return Check.warn(check, warnings.NOT_DEPLOYED.about(stack=name, fix=_first_deployment(environment)))
    if stack.status in STUCK:
        fix = _what_to_type(stack.status, name, environment, _creation(name, environment))
        return Check.fail(check, failures.STACK_STUCK.about(stack=name, status=stack.status, fix=fix))
    if busy(stack.status):
        advice = failures.STACK_BUSY.about(stack=name, status=stack.status, environment=environment.name)
        return Check.fail(check, advice)
    rolled_back = ", after an update that was rolled back" if "ROLLBACK" in stack.status else ""
    return Check.ok(check, f"{stack.status}{rolled_back}")


def of_other(name: str, stack: Stack, environment: Environment) -> Check:
    """Whether that stack would be in the way of a deployment; a release leaves it alone."""
    check = f"stack {name}"
    if stack.status in STUCK or busy(stack.status):
        fix = _what_to_type(stack.status, name, environment, f"npx cdk deploy {name}")
        return Check.warn(check, warnings.OTHER_STACK.about(stack=name, status=stack.status, fix=fix))
    return Check.ok(check, stack.status)


def _what_to_type(status: str, name: str, environment: Environment, create: str) -> str:
    return STUCK.get(status, "Wait until it is done.").format(stack=name, region=environment.region, create=create)


def _creation(name: str, environment: Environment) -> str:
    """What creates the service stack."""
    if environment.image == "asset":
        return f"npx cdk deploy {name}"
    return f"slipway release {environment.name} --tag TAG"


def _first_deployment(environment: Environment) -> str:
    return f"README.md, To a real account, tells how to deploy {environment.name} first."
