"""What to type after `slipway.toml` is written, until the service answers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from configuration import Configuration, Environment, stack_names
from configuration.types import Architecture

POLICIES = ("shared", "network", "service", "alerting", "front", "telemetry")
"""The parts of CloudFormation's execution policy; bootstrap/README.md tells which may be left out."""

PLATFORMS: dict[Architecture, str] = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}

WORKFLOW_BRANCHES = {"main", "develop"}
"""Those that `.github/workflows/pipeline.yml` runs on."""


@dataclass(frozen=True)
class Step:
    """Something to do.

    Attributes:
        does: what, and where; a sentence.
        commands: for a shell in the folder of slipway.toml, in this order; none if it is done elsewhere.
    """

    does: str
    commands: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def steps(configuration: Configuration) -> list[Step]:
    """From a `slipway.toml` that is new to a service in each of its environments."""
    chosen = configuration.select()
    environments = list(chosen.environments.values())
    return [
        Step("See what comes of it: the templates, and what is wrong with them.", ("make synth",)),
        *_workflows(chosen),
        Step("Commit it.", ("git add slipway.toml", 'git commit --message "Say where our environments are"')),
        Step(
            "Work in the virtual environment from here on, and see what each environment costs a month.",
            ("source .venv/bin/activate", "slipway cost"),
        ),
        *(step for account in chosen.accounts for step in _account(chosen, account)),
        *_by_hand(environments),
        _first_image(chosen, environments),
        *(_deployed(each) for each in environments),
        Step(
            "From then on a push delivers. Let a person approve what goes to prod: in the repository's settings on "
            "GitHub, Environments, prod, Required reviewers.",
            tuple(f"git push origin HEAD:{branch}" for branch in chosen.build_branches),
        ),
    ]


def _workflows(configuration: Configuration) -> list[Step]:
    """What the workflows have to be told, because GitHub takes their branches from nowhere else."""
    strangers = [branch for branch in configuration.build_branches if branch not in WORKFLOW_BRANCHES]
    if not strangers:
        return []
    return [
        Step(
            f"The workflows run on main and develop: write {' and '.join(strangers)} under `branches` in pipeline.yml, "
            "pull-request.yml and quality.yml of .github/workflows, in the place of main."
        )
    ]


def _account(configuration: Configuration, account: str) -> list[Step]:
    """What an account needs once."""
    local = [each for each in configuration.environments.values() if each.account == account]
    registry = configuration.registry if configuration.registry.account == account else None
    regions = dict.fromkeys([each.region for each in local] + ([registry.region] if registry else []))
    return [
        Step(
            f"Sign in to account {account} as its administrator, and prepare it for CDK: the policies cap what "
            "CloudFormation and every role may do. bootstrap/README.md explains them.",
            bootstrap(account, regions, [part for part in POLICIES if _needs(part, local)]),
        ),
        Step(
            f"Deploy the roles{' and the registry' if registry else ''} of account {account}. It has GitHub's OIDC "
            "provider once: one that exists goes under [identity] in slipway.toml first.",
            (
                f"npx cdk deploy {configuration.identity_stack_id(account)}",
                *([f"npx cdk deploy {stack_names.REGISTRY}"] if registry else []),
            ),
        ),
        Step(
            f"Hand the roles of account {account} over to GitHub: this prints commands of gh; read them, and run them.",
            ("slipway github",),
        ),
    ]


def bootstrap(account: str, regions: Iterable[str], parts: Iterable[str]) -> tuple[str, ...]:
    """The commands of bootstrap/README.md for that account, with these parts of the execution policy."""
    policies = " ".join(["permissions-boundary", *(f"cloudformation-execution-{part}" for part in parts)])
    attached = ",".join(f"$execution-{part}" for part in parts)
    return (
        f"for policy in {policies}; do "
        'aws iam create-policy --policy-name "slipway-$policy" --policy-document "file://bootstrap/$policy.json"; done',
        f"execution=arn:aws:iam::{account}:policy/slipway-cloudformation-execution",
        *(
            f'npx cdk bootstrap "aws://{account}/{region}" --cloudformation-execution-policies "{attached}"'
            for region in regions
        ),
    )


def _needs(part: str, local: Iterable[Environment]) -> bool:
    """Whether an account with these environments needs that part of the policy, as bootstrap/README.md says."""
    if part == "front":
        return any(
            each.load_balancer.hosted_zone_id
            or each.load_balancer.firewall
            or (each.dashboards and each.dashboards.hosted_zone_id)
            for each in local
        )
    return part != "telemetry" or any(each.collects_telemetry for each in local)


def _by_hand(environments: Iterable[Environment]) -> list[Step]:
    """What no command does, before the first deployment."""
    steps = []
    for each in environments:
        alerts = each.alerts
        if alerts.slack:
            steps.append(
                Step(
                    f"Slack, for {each.name}: authorise the workspace in the console of Amazon Q Developer in chat "
                    f"applications, in account {each.account}."
                )
            )
        if alerts.pagerduty_secret_arn:
            steps.append(Step(f"PagerDuty, for {each.name}: the secret {alerts.pagerduty_secret_arn} has to be there."))
    return steps


def _first_image(configuration: Configuration, environments: Iterable[Environment]) -> Step:
    registry = configuration.registry
    host = f"{registry.account}.dkr.ecr.{registry.region}.amazonaws.com"
    platforms = dict.fromkeys(PLATFORMS[each.task.architecture or "arm64"] for each in environments)
    return Step(
        f"Push a first image, with credentials of account {registry.account}.",
        (
            "tag=sha-$(git rev-parse --short=12 HEAD)",
            f"aws ecr get-login-password --region {registry.region} | docker login --username AWS --password-stdin "
            f"{host}",
            f'docker build --platform {",".join(platforms)} --tag "{host}/{registry.repository}:$tag" service',
            f'docker push "{host}/{registry.repository}:$tag"',
        ),
    )


def _deployed(environment: Environment) -> Step:
    name = environment.name
    confirm = "; AWS mails to each address, to confirm it" if environment.alerts.emails else ""
    return Step(
        f"Deploy {name} with it, with credentials of account {environment.account}{confirm}.",
        (f'slipway deploy {name} --tag "$tag"', f"slipway smoke {name}"),
    )
