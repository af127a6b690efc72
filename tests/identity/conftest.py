"""Every option of slipway.toml at once, for the policies and roles that it leads to."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from tests.conftest import varied
from tests.identity.bootstrap import LIMIT
from tests.identity.cloudformation import StackTemplate, stacks_of
from tests.identity.names import ACCOUNT, LAMBDA_LOGGING
from tests.identity.policies import allow, document
from tests.identity.roles import Role, roles_of
from tests.stacks.variants import VARIANTS
from tests.synthesis import assemble

OPERATOR = {"principal_arn": "arn:aws:iam::222222222222:user/on-call"}
FUNCTION = "arn:aws:lambda:eu-central-1:222222222222:function:slipway-check-release"
SECRET = "arn:aws:secretsmanager:eu-central-1:222222222222:secret:slipway"

WITHIN_THE_BOUNDARY: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "asked": {"rollout": {"hook_lambda_arn": FUNCTION}},
    "everything": {
        "task": {
            "secrets": {
                "DATABASE_PASSWORD": f"{SECRET}/app-AbCdEf:password",
                "TOKEN": f"{SECRET}/token-AbCdEf",
                "API_KEY": "/slipway/everything/api-key",
            }
        }
    },
}
"""What the variants call otherwise than bootstrap/README.md asks for."""


@pytest.fixture(scope="session")
def configuration_of_variants(configuration: Configuration) -> Configuration:
    """prod and the variants of it, in one account, with an operator."""
    environments: dict[str, dict[str, Any]] = {}
    for name, tables in VARIANTS.items():
        renamed = {key: {**tables[key], **keys} for key, keys in WITHIN_THE_BOUNDARY.get(name, {}).items()}
        environments[name] = {"branch": None, **tables, **renamed}
    return varied(configuration, environments, identity={"operator": OPERATOR}).select(["prod", *VARIANTS])


@pytest.fixture(scope="session")
def variants(configuration_of_variants: Configuration) -> CloudAssembly:
    return assemble(configuration_of_variants)


@pytest.fixture(scope="session")
def installations(
    configuration: Configuration, assembly: CloudAssembly, sandbox_assembly: CloudAssembly, variants: CloudAssembly
) -> list[list[StackTemplate]]:
    """The project's own, the sandbox, and two with everything that can be asked for besides."""
    everything = varied(
        configuration,
        {"dev": {"image": "asset"}, "prod": {"image": "ghcr"}},
        registry={"encryption": "kms"},
        identity={"operator": {"principal_arn": f"arn:aws:iam::{ACCOUNT}:user/on-call"}},
    ).select()
    return [stacks_of(each) for each in (assembly, sandbox_assembly, variants, assemble(everything))]


@pytest.fixture(scope="session")
def roles(installations: list[list[StackTemplate]]) -> list[Role]:
    """Of all installations, with the boundary in bootstrap/."""
    # AWS's own policy says `*`; these are the log groups that it is for.
    logs = allow("", "arn:aws:logs:*:*:log-group:/aws/lambda/slipway-*:*")
    logs["Action"] = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return [
        role
        for stacks in installations
        for role in roles_of(
            stacks,
            documents={
                LAMBDA_LOGGING: document(logs),
                **{f"arn:aws:iam::{stack.account}:policy/slipway-permissions-boundary": LIMIT for stack in stacks},
            },
        )
    ]
