"""How CloudWatch's alarms get to the alert manager of Prometheus."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge, acknowledge_inline_policies
from slipway_constructs.log_groups import log_group
from slipway_constructs.notifications.topic_target import MAX_AGE

CODE = Path(__file__).parent / "alarm_bridge_function"

RUNTIME = lambda_.Runtime.PYTHON_3_14

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
    """Each of some alarms becomes an alert, which ends when the alarm is over.

    Alarms that page are better left out: they have a way of their own, which does not depend on the alert manager. So
    are those that say that something was not delivered: what they report on may be this way.

    Attributes:
        role: of the function; it has to be let alert.
        function: an event that it could not hand over after three attempts is among the dead letters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alarms: Sequence[cloudwatch.Alarm],
        alerts_url: str,
        environment: str,
        dead_letters: sqs.IQueue,
        log_retention: logs.RetentionDays,
        log_removal_policy: RemovalPolicy,
    ) -> None:
        """Create the function and the rule that calls it.

        Args:
            alarms: whose changes are handed over; they should have no action of their own, or people are told twice.
            alerts_url: where the alert manager takes alerts.
            environment: a label of each alert.
            dead_letters: takes the events that were not handed over; somebody should watch it.
            log_removal_policy: of the log group, when the stack is deleted.
        """
        super().__init__(scope, id)
        logged = log_group(self, retention=log_retention, removal_policy=log_removal_policy)
        self.role = iam.Role(
            self,
            "Role",
            description="Hands CloudWatch's alarms to the alert manager.",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        acknowledge_inline_policies(self.role)
        logged.grant_write(self.role)
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[each.alarm_arn for each in alarms])
        )
        self.function = self._function(logged, dead_letters, {"ALERTS_URL": alerts_url, "ENVIRONMENT": environment})
        self._call_on_changes(alarms, dead_letters)
        for alarm in alarms:
            acknowledge(
                alarm,
                "NIST.800.53.R5-CloudWatchAlarmAction",
                "An EventBridge rule hands each change of it to the alert manager of Prometheus, which tells people.",
            )

    def _function(
        self, log_group: logs.ILogGroup, dead_letters: sqs.IQueue, environment: Mapping[str, str]
    ) -> lambda_.Function:
        function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            description="Hands CloudWatch's alarms to the alert manager.",
            timeout=Duration.seconds(30),
            memory_size=128,
            role=self.role,
            log_group=log_group,
            dead_letter_queue=dead_letters,
            environment=dict(environment),
        )
        for findings, reason in ACKNOWLEDGED.items():
            for finding in findings:
                acknowledge(function, finding, reason)
        return function

    def _call_on_changes(self, alarms: Sequence[cloudwatch.Alarm], dead_letters: sqs.IQueue) -> None:
        events.Rule(
            self,
            "Changes",
            description="An alarm that makes a ticket begins or ends: alert manager.",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[alarm.alarm_arn for alarm in alarms],
                detail={"$or": [{"state": {"value": ["ALARM"]}}, {"previousState": {"value": ["ALARM"]}}]},
            ),
            targets=[
                targets.LambdaFunction(self.function, max_event_age=MAX_AGE, dead_letter_queue=dead_letters),
            ],
        )
