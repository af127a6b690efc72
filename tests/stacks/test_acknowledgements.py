"""cdk-nag: a finding that nobody has accepted fails the synthesis, and nothing is accepted that is not found."""

import json
from pathlib import Path
from typing import Self

import pytest
from aws_cdk import Acknowledgment, App
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

import app as application
from configuration import SANDBOX, Configuration
from slipway_constructs import acknowledgements
from stacks.service import ServiceStack


def findings(app: App) -> set[tuple[str, str]]:
    """Path of the construct and id of the finding, of all that the synthesis of that app reports."""
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return {
        (construct["constructPath"], acknowledgeable(plugin["pluginName"], violation["ruleName"]))
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def acknowledgeable(plugin: str, rule: str) -> str:
    """The id by which the finding is acknowledged."""
    return rule if rule.startswith((plugin, "Annotation::")) else f"{plugin.replace(' ', '-')}::{rule}"


class Unheard:
    """Takes the place of CDK's `Validations`: notes what is acknowledged, and acknowledges nothing."""

    acknowledged: set[tuple[str, str]]

    def __init__(self, construct: IConstruct) -> None:
        self._path = construct.node.path

    @classmethod
    def of(cls, construct: IConstruct) -> Self:
        return cls(construct)

    def acknowledge(self, acknowledgment: Acknowledgment) -> None:
        assert acknowledgment.id
        self.acknowledged.add((self._path, acknowledgment.id))


@pytest.fixture(params=["the project's own", "its sandbox", "with every option", "without options", "other networks"])
def variant(
    request: pytest.FixtureRequest,
    configuration: Configuration,
    with_every_option: Configuration,
    without_options: Configuration,
    other_networks: Configuration,
) -> Configuration:
    """A configuration; the synthesis of each raises another set of findings."""
    variants = {
        "the project's own": configuration.select(),
        "its sandbox": configuration.select([SANDBOX]),
        "with every option": with_every_option,
        "without options": without_options,
        "other networks": other_networks,
    }
    return variants[request.param]


def test_every_acknowledgement_is_of_something_that_is_found_at_that_construct(
    variant: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    Unheard.acknowledged = set()
    monkeypatch.setattr(acknowledgements, "Validations", Unheard)
    app = application.build_app(variant)
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    found = findings(app)
    idle = {
        (path, finding)
        for path, finding in Unheard.acknowledged
        if not any(finding == other and f"{place}/".startswith(f"{path}/") for place, other in found)
    }
    assert len(Unheard.acknowledged) > 4
    assert idle == set()


def test_a_finding_fails_the_synthesis_even_if_it_was_accepted_for_a_construct_beside_it(
    configuration: Configuration,
) -> None:
    app = application.build_app(configuration.select(["dev"]))
    stack = app.node.find_child("slipway-dev-service")
    assert isinstance(stack, ServiceStack)
    s3.Bucket(stack, "Another", enforce_ssl=True)
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    assert findings(app) == {("slipway-dev-service/Another/Resource", "AwsSolutions-S1")}
