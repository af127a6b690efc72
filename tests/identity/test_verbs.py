"""What the `slipway` verbs ask of AWS, its roles may do, or it is said why they need not."""

from collections.abc import Mapping

import pytest
from aws_cdk.cx_api import CloudAssembly

from tests.conftest import PROJECT
from tests.identity.bootstrap import listed
from tests.identity.calls import called_actions
from tests.identity.cloudformation import stacks_of
from tests.identity.roles import roles_of
from tests.identity.service_reference import actions

BOOTSTRAP_TEMPLATE = PROJECT / "node_modules" / "aws-cdk" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"

THROUGH_CDK = {
    f"cloudformation:{name}" for name in ("CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet", "ExecuteChangeSet")
}
"""What a release does as CDK's deploy role, which both roles may take on."""

NOT_GRANTED = {
    "ec2:DescribeAvailabilityZones": "only slipway init asks, before there is a role; without it, it asks the person",
    "route53:ListHostedZonesByName": "likewise",
    "elasticloadbalancing:DeregisterTargets": "only the sandbox does it, whose emulated ECS does not",
    "elasticloadbalancing:RegisterTargets": "likewise",
    "iam:CreatePolicy": "only the sandbox creates the policies in bootstrap/; elsewhere an administrator does",
    "iam:ListPolicies": "likewise",
    "secretsmanager:GetSecretValue": "who releases need not know a secret; without it `slipway doctor` warns that it "
    "cannot tell whether a key of its JSON is there",
    "sts:GetCallerIdentity": "AWS asks for no permission (GetCallerIdentity in the AWS STS API reference)",
}
"""What no role of the app may, and why that is no loss."""

BY_HAND = {
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:RegisterScalableTarget",
    "ecs:ContinueServiceDeployment",
    "ecs:ExecuteCommand",
    "ecs:UpdateService",
}
"""What only the operator does: no workflow scales the service, opens a shell or answers for a human."""


@pytest.fixture(scope="module")
def granted(variants: CloudAssembly) -> Mapping[str, set[str]]:
    """The actions that the operator's and the deploy roles may, whatever the resource, by the role's name."""
    stacks = [stack for stack in stacks_of(variants) if stack.name == "slipway-identity"]
    return {
        role.name: {
            action
            for policy in role.policies.values()
            for statement in policy["Statement"]
            for action in listed(statement["Action"])
        }
        for role in roles_of(stacks)
        if role.name == "slipway-operator" or role.name.endswith("-deploy")
    }


def test_what_is_called_is_found_and_known_to_iam() -> None:
    called = called_actions()
    assert "ecs:StopServiceDeployment" in called
    assert len(called) > 25
    assert [action for action in called if not actions(action)] == []


def test_the_operator_may_do_all_that_the_verbs_do(granted: Mapping[str, set[str]]) -> None:
    lacking = called_actions().keys() - granted["slipway-operator"] - THROUGH_CDK - NOT_GRANTED.keys()
    assert lacking == set()


def test_a_workflow_may_do_all_that_the_verbs_do_but_what_only_a_human_does(granted: Mapping[str, set[str]]) -> None:
    workflows = {name: found for name, found in granted.items() if name != "slipway-operator"}
    assert len(workflows) > 1
    for name, found in workflows.items():
        assert called_actions().keys() - found - THROUGH_CDK - NOT_GRANTED.keys() - BY_HAND <= {
            # Only where there is a secret.
            "secretsmanager:DescribeSecret"
        }, name
        assert found & BY_HAND == set(), name


def test_what_is_excused_is_called_and_not_granted(granted: Mapping[str, set[str]]) -> None:
    assert NOT_GRANTED.keys() - called_actions().keys() == set()
    assert [(name, found & NOT_GRANTED.keys()) for name, found in granted.items() if found & NOT_GRANTED.keys()] == []


def test_only_the_operator_does_what_is_done_by_hand(granted: Mapping[str, set[str]]) -> None:
    assert granted["slipway-operator"] >= BY_HAND


def test_cdks_deploy_role_may_do_what_a_release_does_through_it() -> None:
    from cfnlint.decode import decode  # noqa: PLC0415 - it takes half a second

    template, _matches = decode(str(BOOTSTRAP_TEMPLATE))
    assert template
    role = template["Resources"]["DeploymentActionRole"]["Properties"]
    found = {
        action
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }
    assert "AWSCloudFormationReadOnlyAccess" in str(role["ManagedPolicyArns"])  # cloudformation:Describe* and more
    assert found >= THROUGH_CDK - {"cloudformation:DescribeChangeSet"}
