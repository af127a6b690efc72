"""Whether GitHub's workflows get in: the identity provider, and who the roles trust."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from configuration import Configuration, Environment
from operations.advice import Advice
from operations.aws import Aws
from operations.doctor import failures, warnings
from operations.doctor.examination import Check
from operations.doctor.subject import Step
from operations.doctor.token import Token
from operations.doctor.trust import ISSUER, Statement, statements
from operations.gateways.iam import Iam
from operations.partitions import partition_of

AUDIENCE = "sts.amazonaws.com"
TOKEN = "token"  # noqa: S105 - the name of a check


@dataclass(frozen=True)
class WorkflowRole:
    """A role that jobs take on.

    Attributes:
        subjects: that it has to accept, as slipway.toml says.
        delivers: whether a commit gets to the environment with it; others only look, and no release fails of them.
    """

    name: str
    subjects: tuple[str, ...]
    delivers: bool = True

    def problem(self, advice: Advice) -> Check:
        """What is wrong with it: a failure only if a delivery would be one."""
        return (Check.fail if self.delivers else Check.warn)(f"role {self.name}", advice)


def provider_step(aws: Aws, installation: Configuration, account: str, region: str, deploy: str) -> Step:
    """Look at GitHub's identity provider.

    Args:
        region: any of its partition.
        deploy: what to type to create it.
    """
    gateway = Iam(aws)
    own = f"arn:{partition_of(region)}:iam::{account}:oidc-provider/{ISSUER}"
    arn = installation.identity.existing_oidc_provider_arn(account) or own

    def run() -> Iterable[Check]:
        name, provider = "identity provider", gateway.provider(arn)
        if provider is None:
            yield Check.fail(name, failures.PROVIDER_MISSING.about(arn=arn, deploy=deploy))
        elif AUDIENCE not in provider.audiences:
            yield Check.fail(name, failures.PROVIDER_AUDIENCE.about(arn=arn))
        else:
            yield Check.ok(name, arn)

    return Step("identity provider", run)


def roles_step(aws: Aws, roles: Sequence[WorkflowRole], token: Token | None, deploy: str) -> Step:
    """Look at whom these roles trust; with a token, which of them accept it.

    Args:
        deploy: what to type to bring them up to date.
    """
    gateway = Iam(aws)

    def run() -> Iterable[Check]:
        ways_in: dict[str, list[Statement]] = {}
        for role in roles:
            document = gateway.trust(role.name)
            if document is None:
                yield role.problem(failures.WORKFLOW_ROLE_MISSING.about(role=role.name, deploy=deploy))
                continue
            ways_in[role.name] = statements(document)
            yield of_role(role, ways_in[role.name], deploy)
        if token:
            yield from of_token(token, ways_in, datetime.now(UTC))

    return Step("roles of GitHub's workflows", run)


def workflow_roles(
    installation: Configuration, account: str, environments: Iterable[Environment]
) -> list[WorkflowRole]:
    """The roles of that account, as stacks/identity.py makes them, with those of these environments."""
    identity, github = installation.identity, installation.github
    subjects = github.subjects
    roles = [
        WorkflowRole(identity.deploy.role_name_in(each.name), subjects(f"environment:{each.github_environment}"))
        for each in environments
    ]
    if installation.registry.account == account and installation.build_branches:
        refs = [f"ref:refs/heads/{branch}" for branch in installation.build_branches]
        roles.append(WorkflowRole(identity.build.role_name, tuple(each for ref in refs for each in subjects(ref))))
    return [
        *roles,
        WorkflowRole(identity.diff.role_name, subjects("pull_request"), delivers=False),
        WorkflowRole(identity.drift.role_name, subjects(f"ref:refs/heads/{github.default_branch}"), delivers=False),
    ]


def of_role(role: WorkflowRole, ways_in: Sequence[Statement], deploy: str) -> Check:
    """Whether the role accepts the subjects that it has to."""
    accepted = {subject for way in ways_in for subject in way.subjects}
    missing = next((each for each in role.subjects if each not in accepted), None)
    if missing:
        return role.problem(failures.TRUST_OUTDATED.about(role=role.name, subject=missing, deploy=deploy))
    return Check.ok(f"role {role.name}", f"accepts {' and '.join(role.subjects)}")


def of_token(token: Token, ways_in: Mapping[str, Sequence[Statement]], now: datetime) -> list[Check]:
    """Which roles accept the token, and why the others do not."""
    refusals = {role: _refusal(token, ways) for role, ways in ways_in.items()}
    sub = token.subject or "(none)"
    if "" in refusals.values():
        checks = [Check.ok(TOKEN, f"its sub is {sub}")]
    else:
        checks = [Check.fail(TOKEN, failures.TOKEN_REFUSED.about(sub=sub))]
    if token.expires_at and token.expires_at < now:
        at = token.expires_at.isoformat(timespec="seconds")
        checks.append(Check.warn(TOKEN, warnings.TOKEN_EXPIRED.about(at=at)))
    for role, why in refusals.items():
        accepts = ", ".join(subject for way in ways_in[role] for subject in way.subjects)
        checks.append(
            Check.warn(TOKEN, warnings.TOKEN_REFUSED_BY.about(role=role, why=why, accepts=f"It accepts sub {accepts}."))
            if why
            else Check.ok(TOKEN, f"{role} accepts it")
        )
    return checks


def _refusal(token: Token, ways_in: Sequence[Statement]) -> str:
    """Why none of the ways in accepts the token; empty if one does. The way that comes closest is told."""
    mismatches = [way.mismatch(token.claims) for way in ways_in]
    if "" in mismatches:
        return ""
    return mismatches[0] if mismatches else "no workflow of GitHub's may take it on"
