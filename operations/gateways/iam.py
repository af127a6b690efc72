"""What IAM knows of policies, roles and identity providers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@dataclass(frozen=True)
class IdentityProvider:
    """An OpenID Connect provider.

    Attributes:
        audiences: for which it takes tokens.
    """

    arn: str
    audiences: tuple[str, ...]


class Iam:
    """IAM in one account."""

    def __init__(self, aws: Aws) -> None:
        self._client: IAMClient = aws.client("iam")

    def create_policy(self, name: str, document: str) -> str:
        """Create the managed policy unless the account has one of that name already, and return its ARN.

        Args:
            document: JSON.
        """
        for page in self._client.get_paginator("list_policies").paginate(Scope="Local"):
            for policy in page["Policies"]:
                if policy["PolicyName"] == name:
                    return policy["Arn"]
        return self._client.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]

    def trust(self, role_name: str) -> Mapping[str, Any] | None:
        """The trust policy of that role; None if there is no such role."""
        try:
            document: object = self._client.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
        except self._client.exceptions.NoSuchEntityException:
            return None
        # boto3 has decoded it, which its stubs say too; a document that is not JSON is left as text.
        decoded = json.loads(unquote(document)) if isinstance(document, str) else document
        return decoded if isinstance(decoded, dict) else {}

    def provider(self, arn: str) -> IdentityProvider | None:
        """That OpenID Connect provider; None if the account has none of that name."""
        try:
            described = self._client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        except self._client.exceptions.NoSuchEntityException:
            return None
        return IdentityProvider(arn, tuple(described.get("ClientIDList", [])))

    def denied(self, role_arn: str, actions: Sequence[str], resource: str) -> list[str]:
        """Those of these actions on that resource that the role's own policies and boundary do not allow.

        Policies of the resource itself are left out: IAM's simulation does not read them.
        """
        pages = self._client.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role_arn, ActionNames=list(actions), ResourceArns=[resource]
        )
        return [
            each["EvalActionName"]
            for page in pages
            for each in page["EvaluationResults"]
            if each["EvalDecision"] != "allowed"
        ]
