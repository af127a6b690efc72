"""Who may reach what has no users of its own."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_elasticloadbalancingv2_actions as actions
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge

SESSION = Duration.hours(12)
"""After which people sign in again, on the load balancer and with refresh tokens alike."""

PASSWORD_LENGTH = 14
"""Characters at least; Cognito's own default is 8 ("PasswordPolicyType", API reference)."""


class SignIn(Construct):
    """A user pool of Amazon Cognito that only an administrator adds people to, each with a second factor.

    The second factor is a program for one-time passwords. Nothing is sent by SMS.

    Attributes:
        user_pool: the people.
        client: the load balancer, which alone knows its secret.
        domain: where people type their passwords.
    """

    def __init__(
        self, scope: Construct, id: str, *, domain_name: str, domain_prefix: str, removal_policy: RemovalPolicy
    ) -> None:
        """Create the user pool.

        Args:
            domain_name: by which people reach the load balancer.
            domain_prefix: of Cognito's own pages; nobody else in the region may have it.
            removal_policy: of the people, when the stack is deleted; RETAIN protects them from deletion too.
        """
        super().__init__(scope, id)
        self.user_pool = cognito.UserPool(
            self,
            "UserPool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=PASSWORD_LENGTH,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=Duration.days(3),
            ),
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            deletion_protection=removal_policy is RemovalPolicy.RETAIN,
            removal_policy=removal_policy,
        )
        self.client = self._client(domain_name)
        self.domain = self.user_pool.add_domain(
            "Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=domain_prefix)
        )
        acknowledge(
            self.user_pool,
            "AwsSolutions-COG8",
            "Threat protection comes with the Plus plan, which is billed by user. An administrator adds everybody "
            "here, and nobody signs in without a second factor.",
        )

    def _client(self, domain_name: str) -> cognito.UserPoolClient:
        return self.user_pool.add_client(
            "LoadBalancer",
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[f"https://{domain_name}/oauth2/idpresponse"],
            ),
            prevent_user_existence_errors=True,
            refresh_token_validity=SESSION,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )


class SignedInRoute(Construct):
    """A rule of a load balancer's listener: whoever has signed in gets to a service.

    Attributes:
        targets: the target group.
        rule: the rule.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        listener: elbv2.IApplicationListener,
        priority: int,
        conditions: list[elbv2.ListenerCondition],
        sign_in: SignIn,
        port: int,
        health_path: str,
        health_codes: str = "200",
    ) -> None:
        """Create rule and target group.

        Args:
            listener: HTTPS; its load balancer has to reach Cognito on port 443 and the targets on their port.
            priority: rules with smaller numbers come first.
            port: of the tasks.
            health_path: answers when a task can take traffic.
            health_codes: with which it then answers.
        """
        super().__init__(scope, id)
        self.targets = elbv2.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=vpc,
            port=port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            deregistration_delay=Duration.seconds(10),
            health_check=elbv2.HealthCheck(
                path=health_path,
                interval=Duration.seconds(15),
                healthy_threshold_count=2,
                healthy_http_codes=health_codes,
            ),
        )
        self.rule = elbv2.ApplicationListenerRule(
            self,
            "Rule",
            listener=listener,
            priority=priority,
            conditions=conditions,
            action=actions.AuthenticateCognitoAction(
                user_pool=sign_in.user_pool,
                user_pool_client=sign_in.client,
                user_pool_domain=sign_in.domain,
                session_timeout=SESSION,
                allow_https_outbound=False,  # the stack says once what the load balancer may reach
                next=elbv2.ListenerAction.forward([self.targets]),
            ),
        )
