"""The CloudFormation resource types that the emulator only takes note of, and what it lacks for each of them."""

from dataclasses import dataclass

from sandbox.emulator.cloudformation.recorded import Recorded


@dataclass(frozen=True)
class RecordedType:
    """A type whose resources exist in their stack only.

    Args:
        type: The CloudFormation name.
        why: What the emulator lacks.
        handler: The form of its references.
        create_only: Properties whose change replaces the resource; the default is none.
    """

    type: str
    why: str
    handler: Recorded
    create_only: tuple[str, ...] = ()


RECORDED = (
    RecordedType(
        "AWS::APS::RuleGroupsNamespace",
        "MiniStack has no Amazon Managed Service for Prometheus.",
        Recorded("arn:aws:aps:{region}:{account}:rulegroupsnamespace/{unique}/{Name}", {"Arn": "{reference}"}),
        create_only=("Name", "Workspace"),
    ),
    RecordedType(
        "AWS::APS::Workspace",
        "MiniStack has no Amazon Managed Service for Prometheus.",
        Recorded(
            "arn:aws:aps:{region}:{account}:workspace/ws-{unique}",
            {
                "Arn": "{reference}",
                "WorkspaceId": "ws-{unique}",
                "PrometheusEndpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/ws-{unique}/",
            },
        ),
    ),
    RecordedType(
        "AWS::ApplicationSignals::ServiceLevelObjective",
        "MiniStack has no Application Signals.",
        Recorded("arn:aws:application-signals:{region}:{account}:slo/{Name}", {"Arn": "{reference}"}),
        create_only=("Name",),
    ),
    RecordedType(
        "AWS::Chatbot::SlackChannelConfiguration",
        "MiniStack has no Amazon Q Developer in chat applications, and a laptop no Slack workspace.",
        Recorded(
            "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{ConfigurationName}", {"Arn": "{reference}"}
        ),
        create_only=("ConfigurationName",),
    ),
    RecordedType(
        "AWS::Synthetics::Canary",
        "MiniStack has no CloudWatch Synthetics.",
        Recorded("{Name}", {"Id": "{unique}", "State": "READY"}),
        create_only=("Name",),
    ),
    RecordedType(
        "AWS::WAFv2::LoggingConfiguration",
        "MiniStack's WAF has no PutLoggingConfiguration and inspects no requests.",
        Recorded("{ResourceArn}", {"ManagedByFirewallManager": "false"}),
        create_only=("ResourceArn",),
    ),
    RecordedType(
        "Custom::S3AutoDeleteObjects",
        "MiniStack deletes a bucket together with its objects, so there is nothing to empty.",
        Recorded("{BucketName}"),
    ),
)
