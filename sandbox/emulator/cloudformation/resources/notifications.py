"""What MiniStack's CloudFormation lacks of SNS and EventBridge and its APIs have."""

from dataclasses import dataclass
from typing import Any

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.internals import internal
from sandbox.emulator.loopback import absence_is_fine, client, request

_TOPIC_ATTRIBUTES = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")


def topic_attributes(topic: Resource) -> dict[str, Any]:
    """Set the topic's key, signature version and tracing; empty what the template no longer has."""
    for name in _TOPIC_ATTRIBUTES:
        value = topic.properties.get(name, "")
        if value != topic.previous.get(name, ""):
            client("sns").set_topic_attributes(
                TopicArn=topic.physical_id, AttributeName=name, AttributeValue=str(value)
            )
    return {}


@dataclass(frozen=True)
class EventBridgeNamed:
    """AWS::Events::Connection and AWS::Events::ApiDestination, alike but for their names: `Ref` is the name."""

    kind: str

    def create(self, resource: Resource) -> Provisioned:
        """Create it."""
        name = resource.properties.get("Name") or internal("services.cloudformation.provisioners", "_physical_name")(
            resource.stack_name, resource.logical_id, max_len=64
        )
        return self._send(f"Create{self.kind}", {**resource.properties, "Name": name})

    def update(self, resource: Resource) -> Provisioned:
        """Update it under its name."""
        return self._send(f"Update{self.kind}", {**resource.properties, "Name": resource.physical_id})

    def delete(self, resource: Resource) -> None:
        """Delete it."""
        events = client("events")
        delete = events.delete_connection if self.kind == "Connection" else events.delete_api_destination
        with absence_is_fine("ResourceNotFoundException"):
            delete(Name=resource.physical_id)

    def _send(self, operation: str, properties: Properties) -> Provisioned:
        events = client("events")
        method = getattr(events, _snake_case(operation))
        answer = method(**request("events", operation, properties))
        return Provisioned(properties["Name"], {"Arn": answer[f"{self.kind}Arn"]})


def _snake_case(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
