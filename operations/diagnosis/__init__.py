"""Why a rollout failed: what is asked, and what is concluded from the answers."""

from collections.abc import Mapping

from configuration import Environment
from operations.aws import Aws
from operations.diagnosis.causes import Cause
from operations.diagnosis.diagnosis import Diagnosis, StoppedGroup, conclude
from operations.diagnosis.gathering import gather

__all__ = ["Cause", "Diagnosis", "StoppedGroup", "diagnose"]


def diagnose(
    aws: Aws, environment: Environment, outputs: Mapping[str, str], *, deployment_id: str | None = None
) -> Diagnosis:
    """Find out what is wrong with the newest rollout of a service, or with that one.

    What these credentials may not ask is left out, and named in the diagnosis.

    Args:
        outputs: of the service's stack, with the names of cluster and service.
        deployment_id: the ARN of a service deployment, or its last part; omitted, the newest one.

    Raises:
        OperationError: there is no such service or deployment, or AWS cannot be asked for the service.
    """
    return conclude(gather(aws, environment, outputs, deployment_id))
