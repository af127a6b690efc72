"""What GitHub's workflows need to know of AWS: the hand-over from the deployed stacks."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from configuration import SANDBOX, Configuration, Environment, stack_names
from operations.aws import Aws, connect, explained
from operations.errors import OperationError
from operations.gateways.cloudformation import CloudFormation, Stack
from operations.gateways.sts import Sts

REGISTRY = "the registry"

SECRETS = {
    "CODECOV_TOKEN": "Codecov shows the coverage",
    "SLACK_WEBHOOK_URL": "Slack is told how a run of the pipeline ended",
    "PAGERDUTY_ROUTING_KEY": "PagerDuty is told of a failure, and of the success after it",
}
"""Of the repository: what the workflows do where it is set, and leave out otherwise."""


VARIABLES = {
    "PAGERDUTY_URL": "https://events.eu.pagerduty.com for an account in the EU",
}
"""Of the repository: what the workflows assume where it is not set."""


@dataclass(frozen=True)
class HandOver:
    """The variables of a GitHub repository, as far as one account of AWS knows them.

    Attributes:
        full_name: of the repository, `OWNER/NAME`.
        repository: name to value, for all workflows.
        environments: by GitHub environment, name to value for its jobs only.
        elsewhere: by other account, what was left out because it is there: environments of `slipway.toml`, and
            `REGISTRY`.
    """

    full_name: str
    repository: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]
    elsewhere: Mapping[str, Sequence[str]]

    def as_json(self) -> dict[str, object]:
        """The variables as plain data."""
        return {
            "repository": dict(self.repository),
            "environments": {name: dict(variables) for name, variables in self.environments.items()},
            "optional_secrets": dict(SECRETS),
            "optional_variables": dict(VARIABLES),
        }


@dataclass(frozen=True)
class _SharedStack:
    """The identity stack or the registry stack of the account.

    Attributes:
        id: in the CDK app; not its name where several accounts have a stack of that name.
        place: region and account.
        deployed: None if it is not.
    """

    name: str
    id: str
    place: str
    sandboxed: bool
    deployed: Stack | None

    def output(self, key: str) -> str:
        if self.deployed and key in self.deployed.outputs:
            return self.deployed.outputs[key]
        state = f"is {self.deployed.status} and has no output {key}" if self.deployed else "is not deployed"
        raise OperationError(
            f"the stack {self.name} {state} in {self.place}",
            fix="Run make up." if self.sandboxed else f"Run npx cdk deploy {self.id}.",
        )


def read(configuration: Configuration, names: Sequence[str] = ()) -> HandOver:
    """Ask the account that the credentials belong to.

    Args:
        names: of environments; omitted, all but the sandbox.

    Raises:
        ConfigurationError: a name is unknown, or the sandbox is asked for together with another environment.
        OperationError: neither these environments nor the registry are in that account, a stack is not deployed, or
            AWS cannot be asked.
    """
    chosen = list(configuration.select(names).environments.values())
    if not chosen:
        raise OperationError("slipway.toml has no environment but the sandbox", fix="Run slipway github sandbox.")
    installation = configuration.select([SANDBOX] if chosen[0].name == SANDBOX else None)
    aws = connect(installation, chosen[0])
    with explained(aws):
        account = Sts(aws).account()
        elsewhere = _elsewhere(installation, chosen, account)
        local = [environment for environment in chosen if environment.account == account]
        with_registry = installation.registry.account == account
        if not local and not with_registry:
            raise _nothing_here(elsewhere, account)
        identity, registry = _shared_stacks(aws, chosen[0], installation, account)
    return HandOver(
        full_name=installation.github.full_name,
        repository=(_registry_variables(identity, registry, installation) if with_registry else {})
        | {
            role_variable(role, each): identity.output(output)
            for each in local
            for role, output in (("diff", stack_names.DIFF_ROLE_OUTPUT), ("drift", stack_names.DRIFT_ROLE_OUTPUT))
        },
        environments={each.github_environment: _environment_variables(identity, each) for each in local},
        elsewhere=elsewhere,
    )


def located(names: Sequence[str], account: str) -> str:
    """In words, which account these are in."""
    *others, last = names
    what = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    return f"{what} in account {account}"


def _nothing_here(elsewhere: Mapping[str, Sequence[str]], account: str) -> OperationError:
    places = ", ".join(located(names, place) for place, names in elsewhere.items())
    which = "that account" if len(elsewhere) == 1 else "one of those accounts"
    return OperationError(
        f"{places}, but the credentials are of account {account}",
        fix=f"Run this again with the credentials of {which}.",
    )


def _elsewhere(installation: Configuration, chosen: Iterable[Environment], account: str) -> dict[str, list[str]]:
    places = {environment.name: environment.account for environment in chosen} | {
        REGISTRY: installation.registry.account
    }
    elsewhere: dict[str, list[str]] = {}
    for name, place in places.items():
        if place != account:
            elsewhere.setdefault(place, []).append(name)
    return elsewhere


def _shared_stacks(
    aws: Aws, asked: Environment, installation: Configuration, account: str
) -> tuple[_SharedStack, _SharedStack]:
    """The identity stack and the registry stack, with the ids and in the regions that `app.py` gives them."""
    environments, registry = installation.environments.values(), installation.registry
    identity_region = next((each.region for each in environments if each.account == account), registry.region)
    identity_id = installation.identity_stack_id(account)
    regions = {identity_region, *([registry.region] if registry.account == account else [])}
    deployed = _deployed({region: _in_region(region, aws, asked, installation) for region in regions})

    def shared(name: str, id: str, region: str) -> _SharedStack:
        place = f"{region} of account {account}"
        return _SharedStack(name, id, place, sandboxed=aws.sandboxed, deployed=deployed.get((region, name)))

    return (
        shared(stack_names.IDENTITY, identity_id, identity_region),
        shared(stack_names.REGISTRY, stack_names.REGISTRY, registry.region),
    )


def _in_region(region: str, aws: Aws, asked: Environment, installation: Configuration) -> Aws:
    if region == asked.region:
        return aws  # a second session would have the shell's profile ask for its MFA code again
    return connect(installation, asked.model_copy(update={"region": region}))


def _deployed(regions: Mapping[str, Aws]) -> dict[tuple[str, str], Stack]:
    """By region and name, every stack of these regions, which are asked at the same time."""
    clients = [CloudFormation(aws) for aws in regions.values()]
    with ThreadPoolExecutor() as pool:
        answers = pool.map(CloudFormation.stacks, clients)
        return {
            (region, stack.name): stack for region, stacks in zip(regions, answers, strict=True) for stack in stacks
        }


def _registry_variables(identity: _SharedStack, registry: _SharedStack, installation: Configuration) -> dict[str, str]:
    # Without a branch to build from there is no build role.
    build = (
        {"AWS_BUILD_ROLE_ARN": identity.output(stack_names.BUILD_ROLE_OUTPUT)} if installation.build_branches else {}
    )
    return build | {
        "AWS_REGISTRY_REGION": installation.registry.region,
        "ECR_REPOSITORY_URI": registry.output(stack_names.REPOSITORY_OUTPUT),
    }


def role_variable(role: str, environment: Environment) -> str:
    """The variable in which GitHub has the ARN of that role for that environment: `AWS_DIFF_ROLE_ARN_LOAD_TEST`."""
    return f"AWS_{role.upper()}_ROLE_ARN_{environment.name.upper().replace('-', '_')}"


def _environment_variables(identity: _SharedStack, environment: Environment) -> dict[str, str]:
    return {
        "AWS_DEPLOY_ROLE_ARN": identity.output(stack_names.deploy_role_output(environment.name)),
        "AWS_REGION": environment.region,
        "AWS_ACCOUNT_ID": environment.account,
    }
