"""What is kept from the load balancer."""

from aws_cdk import Names, RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from slipway_constructs.log_delivery import let_logs_in, log_group_arn
from slipway_constructs.log_groups import log_group

RATE_WINDOW_SECONDS = 300
"""In which the requests of an address are counted: the default of AWS WAF ("RateBasedStatement", API reference)."""

LOGGED_ACTIONS = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
"""The last one is what a rule counts that would block on its own (AWS WAF API reference, "ActionCondition")."""

REDACTED_HEADERS = ("authorization", "cookie")

LARGE_BODY_RULE = "SizeRestrictions_BODY"


class Firewall(Construct):
    """A web ACL of AWS WAF before one load balancer: a limit for each client, and rules that AWS keeps up to date.

    In their order: more requests than the limit are answered 429; addresses of bots and attackers that Amazon knows of,
    and requests that look like common attacks (OWASP) or carry known bad input (Log4j), are answered 403. A body over
    8 KB is counted and not blocked: WAF inspects the first 8 KB of it, and a service decides for itself how much it
    takes. The capacity used, 927 units, is within the 1,500 that cost no extra ("AWS WAF Pricing").

    What is blocked or counted goes to CloudWatch Logs, without the headers `authorization` and `cookie`; all other
    requests are in the load balancer's access logs already.

    Attributes:
        web_acl: the web ACL; its metrics go by its name.
        log_group: of what it blocks and counts.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        load_balancer_arn: str,
        requests_per_five_minutes: int,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Put the web ACL before that load balancer.

        Args:
            requests_per_five_minutes: of one client address, at least 10; WAF counts roughly and notices within
                about half a minute ("Rate-based rule caveats"). Clients behind one proxy share an address.
            removal_policy: of the log group, when the stack is deleted.
        """
        super().__init__(scope, id)
        name = Names.unique_resource_name(self, separator="-", max_length=100)
        self.web_acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            name=name,
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible_as(name),
            rules=[
                _rate_limit(0, requests_per_five_minutes),
                _managed(1, "AWSManagedRulesAmazonIpReputationList"),
                _managed(2, "AWSManagedRulesCommonRuleSet", counted=[LARGE_BODY_RULE]),
                _managed(3, "AWSManagedRulesKnownBadInputsRuleSet"),
            ],
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=load_balancer_arn, web_acl_arn=self.web_acl.attr_arn
        )
        self.log_group = log_group(
            self,
            retention=log_retention,
            removal_policy=removal_policy,
            beginning=f"aws-waf-logs-{name}",  # WAF writes to no other
        )
        self._log()

    def _log(self) -> None:
        logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.web_acl.attr_arn,
            log_destination_configs=[log_group_arn(self.log_group)],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in REDACTED_HEADERS
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": action}} for action in LOGGED_ACTIONS],
                    }
                ],
            },
        )
        logging.node.add_dependency(let_logs_in(self, self.log_group))


def _rate_limit(priority: int, requests: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=requests, evaluation_window_sec=RATE_WINDOW_SECONDS
            )
        ),
        action=wafv2.CfnWebACL.RuleActionProperty(
            block=wafv2.CfnWebACL.BlockActionProperty(
                custom_response=wafv2.CfnWebACL.CustomResponseProperty(response_code=429)
            )
        ),
        visibility_config=_visible_as("RateLimit"),
    )


def _managed(priority: int, name: str, *, counted: list[str] | None = None) -> wafv2.CfnWebACL.RuleProperty:
    """A rule group of AWS in its current version; it blocks what it finds, but for the rules that only count."""
    overrides = [
        wafv2.CfnWebACL.RuleActionOverrideProperty(
            name=rule, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
        )
        for rule in counted or []
    ]
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name, rule_action_overrides=overrides or None
            )
        ),
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_visible_as(name),
    )


def _visible_as(metric_name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=metric_name,
        # Samples would show the headers that are kept out of the logs ("LoggingConfiguration", RedactedFields).
        sampled_requests_enabled=False,
    )
