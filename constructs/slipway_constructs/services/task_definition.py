"""What a task may take, whom it acts as, and that none of its revisions is lost."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct


def task_definition(
    scope: Construct,
    *,
    cpu: int,
    memory_mib: int,
    architecture: ecs.CpuArchitecture,
    execution_role: iam.IRole,
    task_role: iam.IRole,
    ephemeral_storage_gib: int | None = None,
) -> ecs.FargateTaskDefinition:
    """A definition for Linux on Fargate, the only one of that scope.

    A replaced revision stays ACTIVE: it is what a rollback goes back to (aws-cdk #24372).

    Args:
        cpu: CPU units; 1024 are one vCPU.
        memory_mib: MiB.
        ephemeral_storage_gib: omitted, Fargate's own 20 GiB.
    """
    definition = ecs.FargateTaskDefinition(
        scope,
        "Definition",
        cpu=cpu,
        memory_limit_mib=memory_mib,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=architecture, operating_system_family=ecs.OperatingSystemFamily.LINUX
        ),
        execution_role=execution_role,
        task_role=task_role,
        ephemeral_storage_gib=ephemeral_storage_gib,
    )
    definition.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return definition
