"""The resource types that tell humans, as `provisioning_table.py` has the others."""

from collections.abc import Mapping

from tests.identity.names import (
    API_DESTINATION,
    CONNECTION,
    LOG_GROUP,
    QUEUE,
    ROLE,
    RULE,
    SECRET_OF_CONNECTION,
    SLACK_CHANNEL,
    TOPIC,
)
from tests.identity.provisioned import Provisioning

ALERTING_TYPES: Mapping[str, Provisioning] = {
    "AWS::Chatbot::SlackChannelConfiguration": Provisioning(
        new=(SLACK_CHANNEL,),
        passed=(ROLE, "chatbot.amazonaws.com"),
        linked=("management.chatbot.amazonaws.com",),
    ),
    "AWS::Events::ApiDestination": Provisioning(new=(API_DESTINATION,), existing=(CONNECTION,)),
    "AWS::Events::Connection": Provisioning(
        new=(CONNECTION,),
        existing=(SECRET_OF_CONNECTION,),
        linked=("apidestinations.events.amazonaws.com",),
        unused={
            "its secret has AWS's own key": (
                *(f"kms:{name}" for name in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")),
            )
        },
    ),
    # Topics let rules in by their own policy; to an API destination a rule goes with a role.
    "AWS::Events::Rule": Provisioning(new=(RULE,), passed=(ROLE, "events.amazonaws.com")),
    "AWS::Logs::MetricFilter": Provisioning(existing=(LOG_GROUP,)),
    "AWS::SNS::Subscription": Provisioning(
        existing=(TOPIC,), unused={"only Firehose needs a role": ("iam:GetRole", "iam:PassRole")}
    ),
    "AWS::SNS::Topic": Provisioning(
        new=(TOPIC,),
        unused={
            "deliveries are not logged": ("iam:GetRole", "iam:PassRole"),
            "messages are not inspected": ("sns:PutDataProtectionPolicy",),
        },
    ),
    "AWS::SNS::TopicPolicy": Provisioning(existing=(TOPIC,)),
    "AWS::SQS::Queue": Provisioning(new=(QUEUE,)),
    "AWS::SQS::QueuePolicy": Provisioning(existing=(QUEUE,)),
}
