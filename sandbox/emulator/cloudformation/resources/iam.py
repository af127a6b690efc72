"""IAM resources and properties that MiniStack's API has and its CloudFormation does not."""

import dataclasses
from typing import Any

from sandbox.emulator.cloudformation.handlers import Provisioned, Resource
from sandbox.emulator.cloudformation.tags import tags_of
from sandbox.emulator.loopback import absence_is_fine, client


class OidcProvider:
    """AWS::IAM::OIDCProvider: `Ref` is the ARN, which follows from the URL."""

    def create(self, resource: Resource) -> Provisioned:
        """Create the provider; thumbprints are optional, as on AWS."""
        properties = resource.properties
        arn = client("iam").create_open_id_connect_provider(
            Url=properties["Url"],
            ClientIDList=properties.get("ClientIdList") or [],
            ThumbprintList=properties.get("ThumbprintList") or [],
            Tags=tags_of(properties),
        )["OpenIDConnectProviderArn"]
        return Provisioned(arn, {"Arn": arn})

    def update(self, resource: Resource) -> Provisioned:
        """Change audiences, thumbprints and tags.

        MiniStack has no AddClientIDToOpenIDConnectProvider and the like, so the provider is deleted and created again,
        under the same ARN; when that is refused, the previous one is put back.
        """
        self.delete(resource)
        try:
            return self.create(resource)
        except Exception:
            self.create(dataclasses.replace(resource, properties=resource.previous))
            raise

    def delete(self, resource: Resource) -> None:
        """Delete the provider."""
        with absence_is_fine("NoSuchEntity"):
            client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=resource.physical_id)


def permissions_boundary(role: Resource) -> dict[str, Any]:
    """Put the role's permissions boundary, or remove the one that the template no longer has."""
    boundary = role.properties.get("PermissionsBoundary")
    if boundary:
        client("iam").put_role_permissions_boundary(RoleName=role.physical_id, PermissionsBoundary=boundary)
    elif role.previous.get("PermissionsBoundary"):
        client("iam").delete_role_permissions_boundary(RoleName=role.physical_id)
    return {}
