"""Who may sign in, and what they get to."""

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from slipway_constructs.load_balancing.sign_in import SignedInRoute, SignIn
from tests.conftest import resources
from tests.slipway_constructs.conftest import ACCOUNT, REGION, existing_vpc, new_stack, only, template_of

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000"


def sign_in_to(stack: Stack, policy: RemovalPolicy = RemovalPolicy.RETAIN) -> SignIn:
    return SignIn(stack, "SignIn", domain_name="watch.example.com", domain_prefix="acme-watch", removal_policy=policy)


@pytest.fixture(scope="module")
def stack() -> Stack:
    stack = new_stack()
    vpc = existing_vpc(stack)
    balancer = elbv2.ApplicationLoadBalancer(stack, "LoadBalancer", vpc=vpc, internet_facing=True)
    listener = balancer.add_listener(
        "Listener",
        port=443,
        certificates=[acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE)],
        default_action=elbv2.ListenerAction.fixed_response(404),
    )
    SignedInRoute(
        stack,
        "Route",
        vpc=vpc,
        listener=listener,
        priority=7,
        conditions=[elbv2.ListenerCondition.host_headers(["watch.example.com"])],
        sign_in=sign_in_to(stack),
        port=3000,
        health_path="/health",
    )
    return stack


@pytest.fixture(scope="module")
def user_pool(stack: Stack) -> dict[str, Any]:
    return only(stack, "AWS::Cognito::UserPool")


def test_nobody_adds_themselves(user_pool: dict[str, Any]) -> None:
    assert user_pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_everybody_has_a_second_factor_that_is_no_sms(user_pool: dict[str, Any]) -> None:
    assert (user_pool["MfaConfiguration"], user_pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert "SmsConfiguration" not in user_pool


def test_passwords_are_long_and_mixed(user_pool: dict[str, Any]) -> None:
    policy = user_pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == 14
    assert all(policy[f"Require{what}"] for what in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_a_forgotten_password_is_mended_by_mail_alone(user_pool: dict[str, Any]) -> None:
    assert user_pool["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]}


def test_the_load_balancer_alone_is_a_client_and_takes_codes_for_this_domain_only(stack: Stack) -> None:
    client = only(stack, "AWS::Cognito::UserPoolClient")
    assert (client["GenerateSecret"], client["AllowedOAuthFlows"]) == (True, ["code"])
    assert client["CallbackURLs"] == ["https://watch.example.com/oauth2/idpresponse"]
    assert client["RefreshTokenValidity"] == 12 * 60
    assert only(stack, "AWS::Cognito::UserPoolDomain")["Domain"] == "acme-watch"


def test_who_has_not_signed_in_is_sent_to_do_so_before_anything_is_forwarded(stack: Stack) -> None:
    rule = only(stack, "AWS::ElasticLoadBalancingV2::ListenerRule")
    first, second = sorted(rule["Actions"], key=lambda action: action["Order"])
    assert (first["Type"], second["Type"]) == ("authenticate-cognito", "forward")
    # Omitted, "authenticate" is what happens to who has not ("AuthenticateCognitoConfig").
    assert first["AuthenticateCognitoConfig"].get("OnUnauthenticatedRequest", "authenticate") == "authenticate"
    assert int(first["AuthenticateCognitoConfig"]["SessionTimeout"]) == 12 * 3600
    assert rule["Priority"] == 7


def test_targets_are_asked_for_their_health(stack: Stack) -> None:
    (targets,) = resources(template_of(stack), "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (targets["Port"], targets["HealthCheckPath"], targets["Matcher"]) == (3000, "/health", {"HttpCode": "200"})


@pytest.mark.parametrize(
    ("policy", "protected"), [(RemovalPolicy.RETAIN, "ACTIVE"), (RemovalPolicy.DESTROY, "INACTIVE")]
)
def test_people_are_protected_where_data_is_kept(policy: RemovalPolicy, protected: str) -> None:
    stack = new_stack()
    sign_in_to(stack, policy)
    assert only(stack, "AWS::Cognito::UserPool").get("DeletionProtection", "INACTIVE") == protected
