"""The drill of a setting that the program refuses."""

from configuration import SANDBOX, stack_names
from operations.errors import OperationError
from sandbox.cdk import Cdk
from sandbox.drills.drill import Drill
from sandbox.drills.releases import LIMIT
from sandbox.drills.stage import Stage
from sandbox.drills.traffic import GOOD, Traffic
from sandbox.drills.workplace import configured
from sandbox.workspace import Workspace

VARIABLE, VALUE = "SERVICE_NAME", "not allowed!"
"""That the sample service refuses (service/app/settings.py)."""


class BadSetting(Drill):
    """slipway.toml gives the tasks a value that their program refuses, and is deployed."""

    name = "bad-setting"
    promise = "A deployed setting that the program refuses is rolled back, with what the program says of it."

    def run(self, stage: Stage) -> str:
        """Deploy it with the CDK CLI, as every change of slipway.toml is."""
        path = stage.workspace.configuration_path.with_name("bad-setting.toml")
        stage.cleaning(lambda: path.unlink(missing_ok=True))
        changed = configured(
            stage.workspace.configuration_path, port=stage.workspace.port, task={"variables": {VARIABLE: VALUE}}
        )
        path.write_text(changed, encoding="utf-8")
        cdk = Cdk(Workspace.of(path), lambda _: None)
        with stage.step("synthesise the app with it"):
            cdk.synthesize()
        failed = ""
        with stage.step("deploy it with the CDK CLI, until it ends"):
            try:
                cdk.deploy(stack_names.service(SANDBOX))
            except OperationError as error:
                failed = error.what
        seconds = stage.steps[-1].seconds
        stage.check("cdk deploy fails", failed)
        stage.check(f"it does so within {LIMIT:.0f} s", seconds < LIMIT, f"{seconds:.1f} s")
        told = stage.run("ask slipway diagnose", "diagnose", stage.environment, "--json").told
        said = told.get("headline", "")
        stage.check("slipway diagnose says why: crash loop", told.get("cause") == "crash loop", said)
        stage.check(f"and names {VARIABLE} and its value", VARIABLE in said and VALUE in said, said)
        status = stage.status
        stage.check("the stack is as before", status.stack == "UPDATE_ROLLBACK_COMPLETE", status.stack)
        stage.check("the good version runs", status.image_tag == stage.good, status.image_tag)
        return f"rolled back after {seconds:.1f} s: {said}"

    def judge(self, stage: Stage, traffic: Traffic) -> None:
        """Only the good version answers."""
        super().judge(stage, traffic)
        stage.check("only the good version answered", set(traffic.answered) == {GOOD}, ", ".join(traffic.answered))
