"""Accepting a finding of cdk-nag, and only that finding, there."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

import app as application
from slipway_constructs.acknowledgements import acknowledge


def findings(app: App) -> set[tuple[str, str]]:
    """Path of the construct and id of the finding, of the synthesis of that app, which fails because of them."""
    with pytest.raises(RuntimeError, match=r"^ValidationFailed: "):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def test_a_finding_is_accepted_for_a_construct_and_what_is_below_it() -> None:
    app = application.new_app()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Stack(app, "Stack")
    accepted = s3.Bucket(stack, "Accepted")
    s3.Bucket(stack, "Other")
    acknowledge(accepted, "AwsSolutions-S1", "It holds nothing.")
    other, here = "Stack/Other/Resource", "Stack/Accepted/Resource"
    assert findings(app) == {(other, "AwsSolutions-S1"), (other, "AwsSolutions-S10"), (here, "AwsSolutions-S10")}
