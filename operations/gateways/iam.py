"""What IAM knows of policies."""

from operations.aws import Aws


class Iam:
    """IAM in one account."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("iam", endpoint_url=aws.endpoint, config=aws.config)

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
