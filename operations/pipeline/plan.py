"""What a push to a branch builds, and where it is deployed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from configuration import SANDBOX, Configuration, Environment
from operations.errors import ExitCode, OperationError
from operations.gateways.ecr import PLATFORMS
from operations.rollout.wait import expected_minutes

RUNNERS = {"arm64": "ubuntu-24.04-arm", "x86_64": "ubuntu-24.04"}
"""GitHub's runners with that processor ("GitHub-hosted runners reference"): nothing is emulated."""

AROUND = 45
"""Minutes of a deployment besides the rollout and the rollback that may follow it: set-up, the stacks, which first need
a load balancer and gateways, the examination and the smoke tests."""

LONGEST = 360
"""Minutes that a job on GitHub's runners may take ("Actions limits")."""


@dataclass(frozen=True)
class Build:
    """The image for one processor.

    Attributes:
        architecture: as ECS and slipway.toml call it.
        platform: as images call it.
        runner: of GitHub, with that processor.
    """

    architecture: str
    platform: str
    runner: str


@dataclass(frozen=True)
class Destination:
    """An environment that the branch is deployed to.

    Attributes:
        image: as in slipway.toml; "asset", which CDK builds, is deployed with the stacks and not released.
        minutes: that its job may take.
        session_seconds: for which the job may be the deploy role, before it has to ask again.
    """

    name: str
    github_environment: str
    image: str
    runner: str
    minutes: int
    session_seconds: int


@dataclass(frozen=True)
class Plan:
    """What a push builds, and where it is deployed."""

    architectures: tuple[Build, ...]
    environments: tuple[Destination, ...]

    def as_json(self) -> dict[str, list[dict[str, object]]]:
        """The same as plain data, as matrices of jobs take it."""
        return {
            "architectures": [asdict(each) for each in self.architectures],
            "environments": [asdict(each) for each in self.environments],
        }


def plan(configuration: Configuration, branch: str) -> Plan:
    """What a push to that branch builds, and where it is deployed.

    An image has the processors of all environments that are deployed from some branch: a commit may come to another
    branch later, and takes its image along. A branch that no environment names is deployed nowhere.

    Raises:
        OperationError: there is no environment but the sandbox.
    """
    environments = environments_of(configuration)
    destinations = [each for each in environments if each.branch == branch]
    return Plan(
        architectures=tuple(_builds([each for each in environments if each.branch] or environments)),
        environments=tuple(_destination(each, configuration) for each in destinations),
    )


def short_sessions(configuration: Configuration, branch: str) -> list[str]:
    """What to say of the branch's environments whose rollout may outlast a session of the deploy role.

    The session begins anew before the release and before what follows it, but not during it.
    """
    session = configuration.identity.deploy.session_minutes
    return [
        f"{each.name}: a rollout may take {expected_minutes(each)} minutes, and a session of the deploy role lasts "
        f"{session}. Write identity.deploy.session_minutes = {expected_minutes(each)} or more."
        for each in environments_of(configuration)
        if each.branch == branch and each.image != "asset" and expected_minutes(each) > session
    ]


def environments_of(configuration: Configuration) -> list[Environment]:
    """All but the sandbox.

    Raises:
        OperationError: there is no other.
    """
    environments = [each for each in configuration.environments.values() if each.name != SANDBOX]
    if not environments:
        raise OperationError(
            "slipway.toml has no environment but the sandbox",
            fix="Write a table [environments.NAME] for one, as the example in slipway.toml has it.",
            exit_code=ExitCode.BAD_INPUT,
        )
    return environments


def check_repository(configuration: Configuration, repository: str) -> None:
    """See that slipway.toml speaks of the repository whose workflow this is; every role would refuse another one.

    Args:
        repository: `OWNER/NAME`, by GitHub; empty outside of GitHub Actions.

    Raises:
        OperationError: it does not.
    """
    expected = configuration.github.full_name
    if repository and repository.lower() != expected.lower():
        raise OperationError(
            f"slipway.toml is for the repository {expected}, and this workflow runs in {repository}",
            fix="Write owner, repository and their ids under [github] in slipway.toml, and deploy the identity stacks.",
            exit_code=ExitCode.BAD_INPUT,
        )


def _builds(environments: Iterable[Environment]) -> list[Build]:
    architectures = sorted({_architecture(each) for each in environments})
    return [Build(each, f"linux/{PLATFORMS[each]}", RUNNERS[each]) for each in architectures]


def _destination(environment: Environment, configuration: Configuration) -> Destination:
    # CDK builds the image of an "asset" in the job itself.
    builds = environment.image == "asset"
    return Destination(
        name=environment.name,
        github_environment=environment.github_environment,
        image=environment.image,
        runner=RUNNERS[_architecture(environment) if builds else "x86_64"],
        minutes=min(LONGEST, AROUND + 2 * expected_minutes(environment)),
        session_seconds=60 * configuration.identity.deploy.session_minutes,
    )


def _architecture(environment: Environment) -> str:
    return environment.task.architecture or "arm64"
