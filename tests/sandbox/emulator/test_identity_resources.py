"""IAM resources and properties that are added to CloudFormation, read back through IAM's API."""

from collections.abc import Callable
from typing import Any

GITHUB = "https://token.actions.githubusercontent.com"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "412345678901"}, "Action": "sts:AssumeRole"}],
}


def test_an_oidc_provider_is_created_changed_replaced_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    iam = aws("iam")
    outputs = {"Arn": {"Value": {"Ref": "Provider"}}, "Attribute": {"Value": {"Fn::GetAtt": ["Provider", "Arn"]}}}

    def provider(url: str, *audiences: str) -> dict[str, Any]:
        properties = {"Url": url, "ClientIdList": list(audiences), "Tags": [{"Key": "for", "Value": "deployments"}]}
        return {"Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": properties}}

    def providers() -> dict[str, Any]:
        arns = [entry["Arn"] for entry in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
        return {arn: iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn) for arn in arns}

    created = stacks.deploy(provider(GITHUB, "sts.amazonaws.com"), Outputs=outputs)
    arn = "arn:aws:iam::412345678901:oidc-provider/token.actions.githubusercontent.com"
    assert created == {"Arn": arn, "Attribute": arn}
    assert providers()[arn]["ClientIDList"] == ["sts.amazonaws.com"]
    assert {"Key": "for", "Value": "deployments"} in providers()[arn]["Tags"]

    assert stacks.deploy(provider(GITHUB, "sts.amazonaws.com", "sigstore"), Outputs=outputs) == created
    assert providers()[arn]["ClientIDList"] == ["sts.amazonaws.com", "sigstore"]

    stacks.deploy(provider("https://gitlab.com", "sts.amazonaws.com"), Outputs=outputs)
    assert set(providers()) == {"arn:aws:iam::412345678901:oidc-provider/gitlab.com"}

    stacks.delete()
    assert providers() == {}


def test_a_permissions_boundary_is_put_and_removed(aws: Callable[[str], Any], stacks: Any) -> None:
    boundary = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}],
            }
        },
    }

    def role(**properties: Any) -> dict[str, Any]:
        properties = {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 7200, **properties}
        return {"Boundary": boundary, "Role": {"Type": "AWS::IAM::Role", "Properties": properties}}

    stacks.deploy(role(PermissionsBoundary={"Ref": "Boundary"}))
    described = aws("iam").get_role(RoleName="deploy")["Role"]
    assert described["PermissionsBoundary"]["PermissionsBoundaryArn"] == stacks.reference("Boundary")
    assert described["MaxSessionDuration"] == 7200

    stacks.deploy(role())
    assert "PermissionsBoundary" not in aws("iam").get_role(RoleName="deploy")["Role"]


def test_a_role_whose_boundary_is_refused_is_not_left_behind(aws: Callable[[str], Any], stacks: Any) -> None:
    properties = {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": "not an ARN"}
    stacks.deploy({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}, expect="ROLLBACK_COMPLETE")
    assert "deploy" not in [role["RoleName"] for role in aws("iam").list_roles()["Roles"]]
