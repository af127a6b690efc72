"""Whether the account is prepared for CDK."""

from collections.abc import Iterable

from configuration import Environment
from operations.aws import Aws
from operations.bootstrapped import VERSION_PARAMETER, role_arn, role_name
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step
from operations.gateways.ssm import Ssm
from operations.gateways.sts import Sts

NEEDED = 8
"""Of aws-cdk-lib 2.275: the `requiresBootstrapStackVersion` of the look-up role in its cloud assembly; the stacks
themselves need 6."""

NEEDED_BY_ROLLBACK = 23
"""Of `cdk rollback`, as the CDK CLI 2.1148 says (BOOTSTRAP_STACK_VERSION_FOR_ROLLBACK)."""


def step(aws: Aws, environment: Environment) -> Step:
    """Look at the version of the bootstrap stack in the environment's region."""
    gateway, name = Ssm(aws), f"bootstrap {environment.region}"

    def run() -> Iterable[Check]:
        yield judge(name, gateway.value(VERSION_PARAMETER), account=environment.account, region=environment.region)

    return Step(name, run)


def role_step(aws: Aws, environment: Environment) -> Step:
    """Take on the role through which everything is deployed: whether that may be done shows only when it is."""
    gateway, name = Sts(aws), "CDK's deploy role"

    def run() -> Iterable[Check]:
        role = role_name("deploy", environment)
        if gateway.may_assume(role_arn("deploy", environment)):
            yield Check.ok(name, f"these credentials may take it on: {role}")
        else:
            advice = failures.DEPLOY_ROLE_REFUSED.about(role=role, environment=environment.name)
            yield Check.fail(name, advice)

    return Step(name, run)


def judge(name: str, version: str | None, *, account: str, region: str) -> Check:
    """What that version is good for; None: there is no bootstrap stack."""
    if version is None:
        return Check.fail(name, failures.NOT_BOOTSTRAPPED.about(account=account, region=region))
    values = {"version": version, "account": account, "region": region}
    number = int(version) if version.isdigit() else 0
    if number < NEEDED:
        return Check.fail(name, failures.BOOTSTRAP_TOO_OLD.about(needed=NEEDED, **values))
    if number < NEEDED_BY_ROLLBACK:
        return Check.warn(name, warnings.BOOTSTRAP_BEFORE_ROLLBACK.about(needed=NEEDED_BY_ROLLBACK, **values))
    return Check.ok(name, f"version {version}")
