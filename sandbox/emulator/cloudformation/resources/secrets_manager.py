"""AWS::SecretsManager::Secret, whose `Ref` is the ARN on AWS and the name in MiniStack's own handler."""

import json
import secrets
import string
from typing import Any

from sandbox.emulator.cloudformation.handlers import Properties, Provisioned, Resource
from sandbox.emulator.cloudformation.tags import changed_tags, tags_of
from sandbox.emulator.loopback import absence_is_fine, client, request


class Secret:
    """AWS::SecretsManager::Secret: a value given or generated; `Ref` is the ARN."""

    def create(self, resource: Resource) -> Provisioned:
        """Create the secret with its first value."""
        properties = resource.properties
        suffix = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(12))
        arn = client("secretsmanager").create_secret(
            Name=properties.get("Name") or f"{resource.logical_id}-{suffix}",
            Tags=tags_of(properties),
            **_value(properties),
            **_described(properties),
        )["ARN"]
        return Provisioned(arn, {"Id": arn})

    def update(self, resource: Resource) -> Provisioned:
        """Change the description and the key; a value that the template changes is a new version."""
        manager, arn = client("secretsmanager"), resource.physical_id
        changed = ("SecretString", "GenerateSecretString")
        renewed = any(resource.properties.get(name) != resource.previous.get(name) for name in changed)
        manager.update_secret(
            SecretId=arn, **_described(resource.properties), **(_value(resource.properties) if renewed else {})
        )
        tags, removed = changed_tags(resource)
        if tags:
            manager.tag_resource(SecretId=arn, Tags=tags)
        if removed:
            manager.untag_resource(SecretId=arn, TagKeys=removed)
        return Provisioned(arn, {"Id": arn})

    def delete(self, resource: Resource) -> None:
        """Delete the secret at once, as CloudFormation does."""
        with absence_is_fine("ResourceNotFoundException"):
            client("secretsmanager").delete_secret(SecretId=resource.physical_id, ForceDeleteWithoutRecovery=True)


def _described(properties: Properties) -> dict[str, Any]:
    key = {"KmsKeyId": properties["KmsKeyId"]} if properties.get("KmsKeyId") else {}
    return {"Description": str(properties.get("Description", "")), **key}


def _value(properties: Properties) -> dict[str, str]:
    if "SecretString" in properties:
        return {"SecretString": str(properties["SecretString"])}
    generate = properties.get("GenerateSecretString")
    if generate is None:
        return {}
    asked = {k: v for k, v in generate.items() if k not in ("GenerateStringKey", "SecretStringTemplate")}
    generated: str = client("secretsmanager").get_random_password(
        **request("secretsmanager", "GetRandomPassword", asked)
    )["RandomPassword"]
    if not generate.get("SecretStringTemplate"):
        return {"SecretString": generated}
    template = json.loads(generate["SecretStringTemplate"])
    return {"SecretString": json.dumps({**template, generate["GenerateStringKey"]: generated})}
