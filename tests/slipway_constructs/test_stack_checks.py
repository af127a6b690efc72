"""A pack of cdk-nag for some stacks: what it finds there fails the synthesis, and it looks nowhere else."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

import app as application
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.stack_checks import StackChecks


@pytest.fixture
def app() -> App:
    """Three stacks with a bucket each; the pack looks at the first two."""
    app = application.new_app()
    stacks = [Stack(app, name) for name in ("One", "Two", "Three")]
    for stack in stacks:
        s3.Bucket(stack, "Bucket", enforce_ssl=True)
    Validations.of(app).add_plugins(StackChecks(AwsSolutionsChecks(app), stacks[:2]))
    return app


def test_the_pack_finds_what_is_in_the_given_stacks_and_keeps_its_name(app: App) -> None:
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    assert {
        (plugin["pluginName"], violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    } == {
        ("AwsSolutions", "AwsSolutions-S1", "One/Bucket/Resource"),
        ("AwsSolutions", "AwsSolutions-S1", "Two/Bucket/Resource"),
    }


def test_what_is_acknowledged_in_the_given_stacks_lets_the_synthesis_succeed(app: App) -> None:
    for name in ("One", "Two"):
        acknowledge(app.node.find_child(name), "AwsSolutions-S1", "It holds nothing.")
    app.synth()
