"""GitHub's way into one account."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Fn, RemovalPolicy, Stack
from aws_cdk import Environment as CdkEnvironment
from aws_cdk import aws_iam as iam
from constructs import Construct

from configuration import Environment
from configuration.github import GitHub
from configuration.registry import Registry
from configuration.stack_names import IDENTITY
from slipway_constructs.github_access import GitHubProvider, WorkflowRole
from stacks.acknowledgements import acknowledge

# What `cdk bootstrap` calls its roles when it is given no qualifier of its own ("Customize AWS CDK bootstrapping").
BOOTSTRAP_QUALIFIER = "hnb659fds"
BOOTSTRAP_ROLES = ("deploy", "file-publishing", "lookup")


class IdentityStack(Stack):
    """The identity provider of one account, the deploy roles of its environments, and the registry's build role."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: CdkEnvironment,
        github: GitHub,
        registry: Registry | None,
        environments: Sequence[Environment],
        build_branches: Sequence[str],
        provider_removal_policy: RemovalPolicy,
    ) -> None:
        """Create the account's roles.

        Args:
            registry: None when it is in another account; there is no build role then.
            environments: those that are in this account.
            build_branches: whose workflows may push images.
            provider_removal_policy: when the stack is deleted; an account has one provider for all its repositories.
        """
        super().__init__(scope, id, stack_name=IDENTITY, env=env, description="GitHub's workflows reach this account.")
        self._github = github
        self._provider = GitHubProvider(self, "GitHub", removal_policy=provider_removal_policy).provider
        if registry is not None:
            self._build_role(registry, build_branches)
        for environment in environments:
            self._deploy_role(environment)

    def _workflow_role(self, id: str, role_name: str, contexts: Sequence[str], description: str) -> iam.Role:
        role = WorkflowRole(
            self,
            id,
            provider=self._provider,
            role_name=role_name,
            description=description,
            subjects=[subject for context in contexts for subject in self._github.subjects(context)],
            repository_id=self._github.repository_id,
            repository_owner_id=self._github.owner_id,
        ).role
        CfnOutput(self, f"{id}Arn", value=role.role_arn)
        return role

    def _build_role(self, registry: Registry, branches: Sequence[str]) -> None:
        role = self._workflow_role(
            "BuildRole",
            "slipway-build",
            [f"ref:refs/heads/{branch}" for branch in branches],
            "Pushes images of the service.",
        )
        repository = self.format_arn(
            service="ecr",
            account=registry.account,
            region=registry.region,
            resource="repository",
            resource_name=registry.repository,
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:DescribeImages",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ],
                resources=[repository],
            )
        )
        role.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken has no resource type: AWS takes only * for it.",
        )

    def _deploy_role(self, environment: Environment) -> None:
        role = self._workflow_role(
            f"DeployRole{environment.name.title().replace('-', '')}",
            f"slipway-{environment.name}-deploy",
            [f"environment:{environment.name}"],
            f"Deploys the environment {environment.name} through the CDK bootstrap roles.",
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[
                    Fn.sub(
                        f"arn:${{AWS::Partition}}:iam::{environment.account}:role/"
                        f"cdk-{BOOTSTRAP_QUALIFIER}-{name}-role-{environment.account}-{environment.region}"
                    )
                    for name in (*BOOTSTRAP_ROLES, *(["image-publishing"] if environment.image == "asset" else []))
                ],
            )
        )
