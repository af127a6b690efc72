"""What was released, by whom and when, where AWS itself keeps the history."""

from aws_cdk import aws_ssm as ssm
from constructs import Construct


class ReleaseRecord(Construct):
    """An SSM parameter with the tag of the release; its history is that of the releases.

    SSM keeps the last 100 versions of a parameter, each with its time and description, and drops the oldest ("Working
    with parameter versions", AWS Systems Manager User Guide).

    Attributes:
        parameter: the SSM parameter.
    """

    def __init__(self, scope: Construct, id: str, *, parameter_name: str, image_tag: str, released_by: str) -> None:
        """Create the parameter.

        Args:
            parameter_name: begins with a slash.
            image_tag: the value.
            released_by: who, for the description of this version.
        """
        super().__init__(scope, id)
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=parameter_name,
            string_value=image_tag,
            description=f"released by {released_by}",
            simple_name=False,
        )
