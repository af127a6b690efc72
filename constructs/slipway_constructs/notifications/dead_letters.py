"""What could not be delivered."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge


class DeadLetters(Construct):
    """A queue for events that did not get to a target or through it, kept for a human to look at.

    Encrypted with SQS's own key: one of KMS would be one more thing whose policy can keep a letter from arriving.

    Attributes:
        queue: keeps a letter for 14 days, the longest that SQS offers.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Create the queue; it is deleted with the stack."""
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(
            self.queue,
            "Checkov::CKV_AWS_27",
            "Encrypted with the key that SQS manages (SqsManagedSseEnabled); checkov looks for a key of KMS only.",
        )
