"""cdk-nag and CDK's own rules: a finding that nobody has accepted fails, and nothing is accepted that is not found."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import pytest
from aws_cdk import Acknowledgment, App, CloudFormationValidatePlugin, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import NIST80053R5Checks
from constructs import IConstruct
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

import app as application
from configuration import SANDBOX, Configuration
from configuration.stack_names import deploy_role_output
from slipway_constructs import acknowledgements
from stacks.controls import stacks_held_to_nist

VARIANTS = (
    "the project's own",
    "its sandbox",
    "with every option",
    "without options",
    "other networks",
    "every option of a service",
)
CHECKOV, CDK = "Checkov::", "CloudFormation-Validate::"


class Accepted(NamedTuple):
    """An acknowledgement, by the path of its construct."""

    path: str
    finding: str
    reason: str


@dataclass(frozen=True)
class Variant:
    """What a configuration has accepted, and what is found if nothing is accepted."""

    configuration: Configuration
    accepted: frozenset[Accepted]
    found: frozenset[tuple[str, str]]
    errors_of_cdk: frozenset[tuple[str, str]]


def findings(app: App) -> frozenset[tuple[str, str]]:
    """Path of the construct and id of the finding, of all that the synthesis of that app reports, which fails."""
    return frozenset((path, finding) for path, finding, _severity in judged(app))


def judged(app: App) -> frozenset[tuple[str, str, str]]:
    """The findings, each with its severity."""
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return frozenset(
        (
            construct["constructPath"],
            acknowledgeable(plugin["pluginName"], violation["ruleName"]),
            violation["severity"],
        )
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    )


def acknowledgeable(plugin: str, rule: str) -> str:
    """The id by which the finding is acknowledged."""
    return rule if rule.startswith((plugin, "Annotation::")) else f"{plugin.replace(' ', '-')}::{rule}"


class Unheard:
    """Takes the place of CDK's `Validations`: notes what is acknowledged, and acknowledges nothing."""

    accepted: set[Accepted]

    def __init__(self, construct: IConstruct) -> None:
        self._path = construct.node.path

    @classmethod
    def of(cls, construct: IConstruct) -> Self:
        return cls(construct)

    def acknowledge(self, acknowledgment: Acknowledgment) -> None:
        assert acknowledgment.id
        assert acknowledgment.reason
        self.accepted.add(Accepted(self._path, acknowledgment.id, acknowledgment.reason))


@cache
def rules_of_cdk() -> CloudFormationValidatePlugin:
    """The one for all apps: another would start the engine anew."""
    return CloudFormationValidatePlugin()


def unaccepted(configuration: Configuration) -> Variant:
    """Of that configuration, with every stack held to NIST SP 800-53: what is accepted holds in every environment."""
    Unheard.accepted = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acknowledgements, "Validations", Unheard)
        app = application.build_app(configuration)
    Validations.of(app).add_plugins(NIST80053R5Checks(app), rules_of_cdk())
    found = judged(app)
    return Variant(
        configuration,
        frozenset(Unheard.accepted),
        frozenset((path, finding) for path, finding, _severity in found),
        frozenset(
            (path, finding) for path, finding, severity in found if finding.startswith(CDK) and severity != "warning"
        ),
    )


@pytest.fixture(scope="module")
def variants_unaccepted(
    configuration: Configuration,
    with_every_option: Configuration,
    without_options: Configuration,
    other_networks: Configuration,
    configuration_of_variants: Configuration,
) -> Mapping[str, Variant]:
    """The synthesis of each raises another set of findings."""
    configurations = (
        configuration.select(),
        configuration.select([SANDBOX]),
        with_every_option,
        without_options,
        other_networks,
        configuration_of_variants,
    )
    return {name: unaccepted(each) for name, each in zip(VARIANTS, configurations, strict=True)}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_acknowledgement_is_of_something_that_is_found_at_that_construct(
    name: str, variants_unaccepted: Mapping[str, Variant]
) -> None:
    variant = variants_unaccepted[name]
    of_cdk = [each for each in variant.accepted if not each.finding.startswith(CHECKOV)]
    idle = {
        (each.path, each.finding)
        for each in of_cdk
        if not any(
            each.finding == finding and f"{place}/".startswith(f"{each.path}/") for place, finding in variant.found
        )
    }
    assert len(of_cdk) > 20
    assert idle == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_cdks_own_rules_find_no_error(name: str, variants_unaccepted: Mapping[str, Variant]) -> None:
    variant = variants_unaccepted[name]
    assert [each for each in variant.found if each[1].startswith(CDK)]  # they were asked, and warn of some things
    assert variant.errors_of_cdk == set()


def test_the_acknowledgements_are_as_reviewed(
    variants_unaccepted: Mapping[str, Variant], snapshot: SnapshotAssertion
) -> None:
    listed: dict[str, dict[str, list[str]]] = {}
    for variant in variants_unaccepted.values():
        for path, finding, reason in general(variant):
            reasons = listed.setdefault(path, {}).setdefault(finding, [])
            if reason not in reasons:  # two grants to one role may each have their own
                reasons.append(reason)
    assert listed == snapshot(extension_class=JSONSnapshotExtension)


def general(variant: Variant) -> Iterator[Accepted]:
    """The acknowledgements without the names of environments, accounts and regions, so that alike ones are one."""
    for path, finding, reason in variant.accepted:
        of_all = {
            r"\bslipway-identity-\d{12}\b": "slipway-identity",
            r"\b\d{12}\b": "ACCOUNT",
            r"\b[a-z]{2}-[a-z]+-\d\b": "REGION",
        }
        for name in variant.configuration.environments:
            of_all[rf"\bslipway-{name}\b"] = "slipway-ENV"
            of_all[rf"\b{deploy_role_output(name).removesuffix('Arn')}\b"] = "DeployRoleENV"
        own = next((name for name in variant.configuration.environments if f"slipway-{name}-" in path), None)
        yield Accepted(
            masked(path, of_all), masked(finding, of_all), masked(reason, {rf"\b{own}\b": "ENV"} if own else {})
        )


def masked(text: str, replacements: Mapping[str, str]) -> str:
    for pattern, replacement in replacements.items():
        text = re.sub(pattern, replacement, text)
    return text


def test_a_finding_fails_the_synthesis_even_if_it_was_accepted_for_a_construct_beside_it(
    configuration: Configuration,
) -> None:
    app = application.build_app(configuration.select(["dev"]))
    s3.Bucket(stack_of(app, "slipway-dev-service"), "Another", enforce_ssl=True)
    assert findings(app) == {("slipway-dev-service/Another/Resource", "AwsSolutions-S1")}


def test_an_environment_that_keeps_its_data_is_held_to_nist_too(configuration: Configuration) -> None:
    app = application.build_app(configuration.select(["prod"]))
    s3.Bucket(stack_of(app, "slipway-prod-service"), "Another", enforce_ssl=True)
    assert findings(app) >= {
        ("slipway-prod-service/Another/Resource", "AwsSolutions-S1"),
        ("slipway-prod-service/Another/Resource", "NIST.800.53.R5-S3BucketReplicationEnabled"),
    }


def stack_of(app: App, name: str) -> Stack:
    stack = app.node.find_child(name)
    assert isinstance(stack, Stack)
    return stack


@pytest.mark.parametrize(
    ("environments", "held"),
    [
        (
            ["dev", "prod"],
            {
                "slipway-registry",
                "slipway-identity-222222222222",
                "slipway-prod-network",
                "slipway-prod-telemetry",
                "slipway-prod-prometheus",
                "slipway-prod-service",
                "slipway-prod-dashboards",
                "slipway-prod-observability",
            },
        ),
        (["dev"], set()),
        ([SANDBOX], set()),
    ],
)
def test_what_an_environment_that_keeps_its_data_shares_is_held_to_nist_and_the_others_are_not(
    environments: list[str], held: set[str], configuration: Configuration
) -> None:
    chosen = configuration.select(environments)
    app = application.build_app(chosen)
    assert {stack.node.id for stack in stacks_held_to_nist(app, chosen)} == held


def test_an_environment_that_is_not_synthesised_does_not_make_its_stacks_up(configuration: Configuration) -> None:
    chosen = configuration.select(["dev", "prod"])
    app = application.build_app(chosen, environments=["dev"])
    assert {stack.node.id for stack in stacks_held_to_nist(app, chosen)} == {
        "slipway-registry",
        "slipway-identity-222222222222",
    }
