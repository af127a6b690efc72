"""Preparing the emulated account as bootstrap/README.md says to prepare a real one."""

from configuration.identity import Identity
from operations.aws import Aws
from operations.gateways.iam import Iam
from sandbox.cdk import Cdk
from sandbox.workspace import PROJECT

FOLDER = PROJECT / "bootstrap"


def bootstrap(aws: Aws, identity: Identity, cdk: Cdk) -> None:
    """Create the permissions boundary and the execution policies, then CDK's own stack with them.

    Raises:
        OperationError: the CDK CLI fails.
    """
    iam = Iam(aws)
    execution_policies = []
    for path in sorted(FOLDER.glob("*.json")):
        boundary = path.stem == "permissions-boundary"
        name = identity.permissions_boundary if boundary else f"slipway-{path.stem}"
        if name is None:
            continue
        arn = iam.create_policy(name, path.read_text(encoding="utf-8"))
        if not boundary:
            execution_policies.append(arn)
    cdk.bootstrap(execution_policies)
