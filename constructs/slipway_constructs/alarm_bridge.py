"""How CloudWatch's alarms get to the alert manager of Prometheus."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.acknowledgements import (
    acknowledge,
    acknowledge_encryption_of_logs,
    acknowledge_inline_policies,
)

CODE = Path(__file__).parent / "alarm_bridge_function"

ACKNOWLEDGED = {
    ("NIST.800.53.R5-LambdaConcurrency", "Checkov::CKV_AWS_115"): (
        "It runs once for a change of an alarm of one environment; a reserved concurrency would be taken from the "
        "account's other functions."
    ),
    ("NIST.800.53.R5-LambdaInsideVPC", "Checkov::CKV_AWS_117"): (
        "The function calls APIs of AWS, and nothing that is in a VPC."
    ),
    ("Checkov::CKV_AWS_173",): "Its variables are an address and a name; Lambda encrypts them with a key of its own.",
}
"""Why, by findings."""


class AlarmBridge(Construct):
    """Every change of some alarms' state becomes an alert, which ends when the alarm is over.

    Alarms that page are better left out: they have a way of their own, which does not depend on the alert manager, and
    people would be paged twice.

    Attributes:
        role: of the function; it has to be let alert.
        function: an event that it could not hand over after three attempts is among the dead letters.
        alarm: there are dead letters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alerts_url: str,
        environment: str,
        alarm_name_prefixes: Sequence[str],
        except_alarm_arns: Sequence[str],
        dead_letters: sqs.IQueue,
        told: sns.ITopic,
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
    ) -> None:
        """Create the function and the rule that calls it.

        Args:
            alerts_url: where the alert manager takes alerts.
            environment: a label of each alert.
            alarm_name_prefixes: of the alarms.
            except_alarm_arns: of those among them that are left out.
            dead_letters: takes the events that were not handed over.
            told: of dead letters, by CloudWatch itself.
            log_removal_policy: of the log group, when the stack is deleted.
        """
        super().__init__(scope, id)
        log_group = logs.LogGroup(self, "LogGroup", retention=log_retention, removal_policy=log_removal_policy)
        acknowledge_encryption_of_logs(log_group)
        self.role = iam.Role(
            self,
            "Role",
            description="Hands CloudWatch's alarms to the alert manager.",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        acknowledge_inline_policies(self.role)
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            timeout=Duration.seconds(30),
            memory_size=128,
            role=self.role,
            log_group=log_group,
            dead_letter_queue=dead_letters,
            environment={"ALERTS_URL": alerts_url, "ENVIRONMENT": environment},
        )
        for findings, reason in ACKNOWLEDGED.items():
            for finding in findings:
                acknowledge(self.function, finding, reason)
        self._call(alarm_name_prefixes, except_alarm_arns, dead_letters)
        self.alarm = self._watch(dead_letters, told)

    def let_ask(self, *alarm_arns: str) -> None:
        """Let the function ask for the state that these alarms, or all with such ARNs, have now."""
        self.role.add_to_policy(iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=list(alarm_arns)))

    def _call(self, prefixes: Sequence[str], left_out: Sequence[str], dead_letters: sqs.IQueue) -> None:
        events.Rule(
            self,
            "Changes",
            description="An alarm of this environment begins or ends.",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=events.Match.anything_but(*left_out) if left_out else None,
                detail={
                    "alarmName": [{"prefix": prefix} for prefix in prefixes],
                    "$or": [{"state": {"value": ["ALARM"]}}, {"previousState": {"value": ["ALARM"]}}],
                },
            ),
            targets=[targets.LambdaFunction(self.function, dead_letter_queue=dead_letters)],
        )

    def _watch(self, dead_letters: sqs.IQueue, told: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "DeadLetters",
            metric=dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,  # an empty queue stops giving metrics
            alarm_description="Changes of alarms did not get to the alert manager "
            "(docs/runbook.md#alarms-not-bridged).",
        )
        for add in (alarm.add_alarm_action, alarm.add_ok_action):
            add(actions.SnsAction(told))
        return alarm
