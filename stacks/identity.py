"""GitHub's and the operators' ways into one account."""

import json
from collections.abc import Iterable, Sequence

from aws_cdk import Annotations, CfnOutput, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import Environment as CdkEnvironment
from aws_cdk import aws_iam as iam
from constructs import Construct

from configuration import Environment, stack_names
from configuration.github import GitHub
from configuration.identity import Identity, OperatorRoleSettings, SessionSettings
from configuration.registry import Registry
from slipway_constructs.access.bootstrap_access_role import BootstrapAccessRole
from slipway_constructs.access.bootstrap_roles import VERSION_PARAMETER, BootstrapRole, bootstrap_role_arn
from slipway_constructs.access.build_role import BuildRole
from slipway_constructs.access.examination_access import grant_examination_access
from slipway_constructs.access.github_provider import GitHubProvider, workflow_principal
from slipway_constructs.access.multi_factor import with_multi_factor
from slipway_constructs.access.operated_service import OperatedService
from slipway_constructs.access.operating_access import (
    grant_continuation_access,
    grant_scaling_access,
    grant_shell_access,
)
from slipway_constructs.access.rollout_access import grant_rollout_access
from slipway_constructs.images.github_image_cache import cached_repository
from stacks.service_parts.secrets import PARTS_OF_AN_ARN

MAX_POLICY = 10_000
"""Characters of a role's own policies at which CDK moves some into managed policies, which nobody may create
(bootstrap/README.md). IAM takes 10,240 ("IAM and AWS STS quotas")."""

DRIFT_WORKFLOW = "drift"
"""The `name` of the workflow in `.github/workflows` that looks for drift."""


class IdentityStack(Stack):
    """The roles of one account: build, diff, drift, one deploy role for each environment, and the operator's."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: CdkEnvironment,
        account: str,
        identity: Identity,
        github: GitHub,
        registry: Registry,
        environments: Sequence[Environment],
        build_branches: Sequence[str],
        provider_removal_policy: RemovalPolicy,
    ) -> None:
        """Create the account's roles.

        Args:
            registry: if it is in this account and there are build branches, there is a build role.
            environments: those that are in this account.
            build_branches: whose workflows may push images.
            provider_removal_policy: when the stack is deleted; an account has one provider for all its repositories.
        """
        super().__init__(
            scope, id, stack_name=stack_names.IDENTITY, env=env, description="Who may reach this account, and how far."
        )
        self._github, self._identity, self._registry = github, identity, registry
        self._provider_arn = (
            identity.existing_oidc_provider_arn(account)
            or GitHubProvider(self, "GitHub", removal_policy=provider_removal_policy).arn
        )
        self._warn_of_missing_ids()
        self._builds = registry.account == account and bool(build_branches)
        if self._builds:
            self._build_role(build_branches)
        for environment in environments:
            self._deploy_role(environment)
        lookup_role_arns = self._lookup_role_arns(account, environments)
        self._diff_role(lookup_role_arns)
        self._drift_role(lookup_role_arns)
        if identity.operator:
            self._operator_role(identity.operator, environments)

    def _warn_of_missing_ids(self) -> None:
        if self._github.owner_id is None or self._github.repository_id is None:
            name = self._github.full_name
            Annotations.of(self).add_warning_v2(
                "slipway:github-ids",
                "slipway.toml has no github.owner_id and github.repository_id: repositories created, renamed or "
                "transferred since 2026-07-15 will be refused, and whoever gets this name later will be let in. "
                f"gh api repos/{name} --jq '{{owner_id: .owner.id, repository_id: .id}}' prints them.",
            )

    def _trusted(self, contexts: Iterable[str], **claims: str) -> iam.WebIdentityPrincipal:
        ids = {"repository_id": self._github.repository_id, "repository_owner_id": self._github.owner_id}
        return workflow_principal(
            self._provider_arn,
            subjects=[subject for context in contexts for subject in self._github.subjects(context)],
            claims={name: str(value) for name, value in ids.items() if value is not None} | claims,
        )

    def _build_role(self, branches: Sequence[str]) -> None:
        settings = self._identity.build
        role = BuildRole(
            self,
            "BuildRole",
            role_name=settings.role_name,
            trusted=self._trusted(f"ref:refs/heads/{branch}" for branch in branches),
            max_session_duration=Duration.minutes(settings.session_minutes),
            repository_arn=self._repository_arn(self._registry.repository),
        ).role
        CfnOutput(self, stack_names.BUILD_ROLE_OUTPUT, value=role.role_arn)

    def _deploy_role(self, environment: Environment) -> None:
        settings = self._identity.deploy
        ref = {"ref": f"refs/heads/{environment.branch}"} if environment.branch else {}
        output = stack_names.deploy_role_output(environment.name)
        role = self._bootstrap_access(
            output.removesuffix("Arn"),
            settings,
            settings.role_name_in(environment.name),
            "Deploys one environment through the CDK bootstrap roles.",
            trusted=self._trusted([f"environment:{environment.github_environment}"], **ref),
            to=_bootstrap_role_arns([environment], "deploy", "file-publishing", "lookup")
            + (_bootstrap_role_arns([environment], "image-publishing") if environment.publishes_images else []),
        )
        self._grant_release_access(role, environment)
        CfnOutput(self, output, value=role.role_arn)

    def _diff_role(self, lookup_role_arns: Sequence[str]) -> None:
        """Compares a pull request with what is deployed; no job that runs the request's own code should hold it."""
        settings = self._identity.diff
        role = self._bootstrap_access(
            "DiffRole",
            settings,
            settings.role_name,
            "Reads for cdk diff in pull requests.",
            trusted=self._trusted(["pull_request"]),
            to=lookup_role_arns,
        )
        CfnOutput(self, stack_names.DIFF_ROLE_OUTPUT, value=role.role_arn)

    def _drift_role(self, lookup_role_arns: Sequence[str]) -> None:
        """Compares what is deployed with what its stacks say.

        CloudFormation detects drift with the rights of whoever asks for it, who must be able to read every resource of
        the stack ("Detect unmanaged configuration changes to stacks and resources with drift detection" in the AWS
        CloudFormation user guide). The lookup role can, by AWS's policy ReadOnlyAccess.
        """
        settings = self._identity.drift
        role = self._bootstrap_access(
            "DriftRole",
            settings,
            settings.role_name,
            "Reads for cdk drift on a schedule.",
            # Every job on the default branch has this subject, also those that run actions and images of others.
            trusted=self._trusted([f"ref:refs/heads/{self._github.default_branch}"], workflow=DRIFT_WORKFLOW),
            to=lookup_role_arns,
        )
        CfnOutput(self, stack_names.DRIFT_ROLE_OUTPUT, value=role.role_arn)

    def _bootstrap_access(
        self,
        id: str,
        settings: SessionSettings,
        name: str,
        description: str,
        *,
        trusted: iam.IPrincipal,
        to: Sequence[str],
    ) -> iam.Role:
        return BootstrapAccessRole(
            self,
            id,
            role_name=name,
            description=description,
            trusted=trusted,
            max_session_duration=Duration.minutes(settings.session_minutes),
            bootstrap_role_arns=to,
        ).role

    def _lookup_role_arns(self, account: str, environments: Sequence[Environment]) -> list[str]:
        regions = [environment.region for environment in environments]
        if self._registry.account == account:
            regions.append(self._registry.region)
        return [bootstrap_role_arn("lookup", account=account, region=region) for region in dict.fromkeys(regions)]

    def _operator_role(self, settings: OperatorRoleSettings, environments: Sequence[Environment]) -> None:
        if not environments:
            return  # an account with nothing but the registry has nothing to operate
        person = iam.ArnPrincipal(settings.principal_arn)
        role = self._bootstrap_access(
            "OperatorRole",
            settings,
            settings.role_name,
            "Runs the slipway verbs.",
            trusted=with_multi_factor(person) if settings.mfa else person,
            to=_bootstrap_role_arns(environments, "deploy", "lookup"),
        )
        for environment in environments:
            self._grant_release_access(role, environment)
            service = self._operated(environment)
            if environment.tasks.count is None:  # a fixed number has no bounds
                grant_scaling_access(role, service)
            if environment.task.exec:
                grant_shell_access(role, service)
            if environment.rollout.pause:
                grant_continuation_access(role, service)
        self._refuse_if_too_long(role, settings, environments)

    def _refuse_if_too_long(
        self, role: iam.Role, settings: OperatorRoleSettings, environments: Sequence[Environment]
    ) -> None:
        policy = role.node.find_child("DefaultPolicy")
        assert isinstance(policy, iam.Policy)  # noqa: S101 - what add_to_policy makes
        length = len(json.dumps(self.resolve(policy.document), separators=(",", ":")))
        if length > MAX_POLICY:
            names = ", ".join(environment.name for environment in environments)
            Validations.of(self).add_error(
                "Slipway::OperatorOfTooMany",
                f"{settings.role_name} would need a policy of {length:,} characters to operate all of {names}, and IAM "
                "takes 10,240. Give some of them an account of their own, or leave identity.operator out of "
                "slipway.toml.",
            )

    def _grant_release_access(self, role: iam.Role, environment: Environment) -> None:
        """What a release needs beside the CDK bootstrap roles: to be examined before, and judged after."""
        service, name = self._operated(environment), environment.name
        grant_rollout_access(
            role,
            service,
            repository_arn=self._images_arn(environment),
            # CDK names the images that it builds itself: there are no tags to be recorded.
            release_parameter=None if environment.image == "asset" else stack_names.release_parameter(name),
        )
        grant_examination_access(
            role,
            service,
            other_stack_names=stack_names.beside_the_service(name, collects_telemetry=environment.collects_telemetry),
            bootstrap_version_parameter=VERSION_PARAMETER,
            workflow_role_arns=self._workflow_role_arns(environment),
            provider_arn=self._provider_arn,
            secret_arns=_secret_arns(environment),
            topic_names=f"{stack_names.telemetry(name)}-*",
        )

    def _operated(self, environment: Environment) -> OperatedService:
        return OperatedService(
            partition=self.partition,
            account=environment.account,
            region=environment.region,
            cluster_name=environment.cluster_name,
            service_name=environment.service_name,
            stack_name=stack_names.service(environment.name),
        )

    def _workflow_role_arns(self, environment: Environment) -> list[str]:
        settings = self._identity
        names = [settings.deploy.role_name_in(environment.name), settings.diff.role_name, settings.drift.role_name]
        if self._builds:
            names.append(settings.build.role_name)
        return [self.format_arn(service="iam", region="", resource="role", resource_name=name) for name in names]

    def _images_arn(self, environment: Environment) -> str | None:
        if environment.image == "asset":
            return None  # CDK itself looks after the images that it builds
        cached = environment.image == "ghcr"
        return self._repository_arn(cached_repository(self._github.full_name) if cached else self._registry.repository)

    def _repository_arn(self, name: str) -> str:
        return self.format_arn(
            service="ecr",
            account=self._registry.account,
            region=self._registry.region,
            resource="repository",
            resource_name=name,
        )


def _secret_arns(environment: Environment) -> list[str]:
    """Of the secrets in Secrets Manager, without the key of their JSON; PagerDuty's too."""
    references = [each for each in environment.task.secrets.values() if each.startswith("arn:")]
    arns = {":".join(reference.split(":")[:PARTS_OF_AN_ARN]) for reference in references}
    return sorted(arns.union(filter(None, [environment.alerts.pagerduty_secret_arn])))


def _bootstrap_role_arns(environments: Sequence[Environment], *roles: BootstrapRole) -> list[str]:
    places = dict.fromkeys((environment.account, environment.region) for environment in environments)
    return [bootstrap_role_arn(role, account=account, region=region) for account, region in places for role in roles]
