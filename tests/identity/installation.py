"""What there is to be asked: requests to AWS, and what a configuration deploys."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration, Environment, stack_names
from tests.identity.cloudformation import Resolver, StackTemplate, stacks_of
from tests.identity.roles import Role, roles_of

LAMBDA_BASICS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
"""AWS's own policy for the functions that the CDK adds: they may create and write all log groups, and read none."""


@dataclass(frozen=True)
class Request:
    """One action.

    Attributes:
        resource: an ARN; `*` for an action that has none.
        keys: its condition keys and their values.
    """

    action: str
    resource: str = "*"
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def context(self) -> dict[str, str | list[str]]:
        """Its condition keys."""
        return dict(self.keys)


Job = frozenset[Request]


def requests(actions: Iterable[str], *arns: str) -> Job:
    """Each of these actions on each of these resources."""
    return frozenset(Request(action, arn) for action in actions for arn in arns)


def becoming(*roles: str) -> Job:
    """Taking on each of these roles, given by their ARNs."""
    return requests(["sts:AssumeRole"], *roles)


def bootstrap_role(role: str, account: str, region: str) -> str:
    """The ARN of a role that `cdk bootstrap` made."""
    return f"arn:aws:iam::{account}:role/cdk-hnb659fds-{role}-role-{account}-{region}"


@dataclass(frozen=True)
class Installation:
    """What a configuration deploys."""

    configuration: Configuration
    assembly: CloudAssembly

    @cached_property
    def stacks(self) -> list[StackTemplate]:
        """Its stacks."""
        return stacks_of(self.assembly)

    @cached_property
    def roles(self) -> list[Role]:
        """Its roles as their own policies make them: without permissions boundary, and without `LAMBDA_BASICS`."""
        return [
            replace(
                role,
                boundary={},
                managed_policies={arn: text for arn, text in role.managed_policies.items() if arn != LAMBDA_BASICS},
            )
            for role in roles_of(self.stacks)
        ]

    def repository(self, name: str) -> str:
        """The ARN of a repository of the registry."""
        registry = self.configuration.registry
        return f"arn:aws:ecr:{registry.region}:{registry.account}:repository/{name}"

    def images(self, environment: Environment) -> str:
        """The ARN of the repository of that environment's images."""
        match environment.image:
            case "asset":
                return self.assets(environment)
            case "ghcr":
                return self.repository(f"ghcr/{self.configuration.github.full_name}")
            case "ecr":
                return self.repository(self.configuration.registry.repository)

    def assets(self, environment: Environment) -> str:
        """The ARN of the repository of images that CDK builds for that environment."""
        account, region = environment.account, environment.region
        return f"arn:aws:ecr:{region}:{account}:repository/cdk-hnb659fds-container-assets-{account}-{region}"

    def arns(
        self, kind: str, type_name: str, *, stack: str, attribute: str = "", without: tuple[str, ...] = ()
    ) -> list[str]:
        """The ARNs of the resources of that type in the stack.

        Args:
            kind: service and type as they are written in an ARN, with an asterisk for the place in between; empty if
                the attribute is the whole ARN.
            attribute: the one that completes the ARN; omitted, what `Ref` returns does.
            without: beginnings of the ids of those that are left out; omitted, none is.
        """
        return [
            (f"arn:aws:{kind.replace('*', f':{where.region}:{where.account}:')}" if kind else "")
            + Resolver(where, self.stacks).resolve({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})
            for where in self.stacks
            if where.name == stack
            for name, _ in where.of_type(type_name)
            if not name.startswith(without)
        ]

    def refs(self, type_name: str, *, stack: str, action: str = "") -> list[str]:
        """What `Ref` returns for the resources of that type in the stack, where it is the ARN.

        Args:
            action: of listener rules, only those that do this.
        """
        return [
            Resolver(where, self.stacks).resolve({"Ref": name})
            for where in self.stacks
            if where.name == stack
            for name, resource in where.of_type(type_name)
            if not action or resource["Properties"]["Actions"][0]["Type"] == action
        ]

    def role_of(self, environment: Environment, construct: str) -> list[Role]:
        """The role of the environment's service whose id in the template begins so; none if it has no such role."""
        beginning = f"{stack_names.service(environment.name)}-{construct}"
        return [role for role in self.roles if role.name.startswith(beginning)]
