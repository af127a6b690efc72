"""The drill of a secret that is gone, and the secret itself, which the drills' own sandbox has beside its others."""

from operations.aws import Aws
from operations.errors import ExitCode
from sandbox.drills.drill import NotPossibleHereError
from sandbox.drills.releases import BadStart, nothing_changes
from sandbox.drills.stage import Stage
from sandbox.variants import Layer

PARAMETER = "/slipway/sandbox/drill"

CONFIGURED = {"task": {"secrets": {"DRILL_SECRET": PARAMETER}}}
"""Tables of the environment `sandbox` with which its tasks are given the secret."""


def create_secret(aws: Aws) -> None:
    """Create it, unless it is there."""
    aws.client("ssm").put_parameter(Name=PARAMETER, Value="drill", Type="SecureString", Overwrite=True)


class SecretMissing(BadStart):
    """A secret that the tasks are given was deleted."""

    name = "secret-missing"
    promise = "A release whose tasks' secret is gone is refused; forced, it is rolled back while the old tasks go on."
    layer = Layer("LABEL variant=good")
    cause = "secret missing"
    evidence = PARAMETER

    def run(self, stage: Stage) -> str:
        """Delete it, release as usual, then by force."""
        if PARAMETER not in stage.workspace.environment.task.secrets.values():
            raise NotPossibleHereError(f"the tasks of this sandbox are not given the secret {PARAMETER}")
        tag = stage.image(self.layer)
        with stage.step("delete the secret"):
            stage.cleaning(lambda: create_secret(stage.aws))
            stage.client("ssm").delete_parameter(Name=PARAMETER)
        with nothing_changes(stage):
            refused = stage.run("release it as usual", "release", stage.environment, "--tag", tag)
        stage.check("slipway release refuses it with 6", refused.exit_code == ExitCode.REFUSED, refused.last_words)
        return self.forced(stage, tag)
