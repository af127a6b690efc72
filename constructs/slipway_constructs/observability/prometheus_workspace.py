"""Where the metrics of an environment are kept, and what is made of them."""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_aps as aps
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from slipway_constructs.log_delivery import let_logs_in
from slipway_constructs.log_groups import log_group

PUBLISHER = "aps.amazonaws.com"
"""As which the alert manager publishes to topics ("Giving Amazon Managed Service for Prometheus permission to send
alert messages to your Amazon SNS topic")."""


class PrometheusWorkspace(Construct):
    """A workspace of Amazon Managed Service for Prometheus with its rules and its alert manager.

    It keeps metrics for 150 days, the service's default. What fails in rules and in notifications goes to CloudWatch
    Logs: a mistake there shows nowhere else.

    Attributes:
        workspace: the workspace.
        url: of its APIs, without a slash at the end.
        remote_write_url: where collectors write.
        alerts_url: where its alert manager takes alerts.
        log_group: of failed rules and notifications.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alias: str,
        alert_manager_definition: str,
        rules: Mapping[str, str],
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the workspace.

        Args:
            alias: what the console calls it; also part of the name of the log group.
            alert_manager_definition: YAML with `alertmanager_config` and `template_files`; the deployment fails if the
                service does not take it.
            rules: files of Prometheus rules, by name.
            removal_policy: of metrics and logs, when the stack is deleted.
        """
        super().__init__(scope, id)
        self.log_group = log_group(
            self,
            retention=log_retention,
            removal_policy=removal_policy,
            beginning=f"/aws/vendedlogs/{alias}",  # the service writes to no other
        )
        self.workspace = aps.CfnWorkspace(
            self,
            "Workspace",
            alias=alias,
            alert_manager_definition=alert_manager_definition,
            logging_configuration=aps.CfnWorkspace.LoggingConfigurationProperty(
                log_group_arn=self.log_group.log_group_arn
            ),
        )
        self.workspace.apply_removal_policy(removal_policy)
        self.workspace.node.add_dependency(let_logs_in(self, self.log_group))
        # Not the attribute PrometheusEndpoint, which ends in a slash.
        region = Stack.of(self).region
        self.url = f"https://aps-workspaces.{region}.amazonaws.com/workspaces/{self.workspace.attr_workspace_id}"
        self.remote_write_url = f"{self.url}/api/v1/remote_write"
        self.alerts_url = f"{self.url}/alertmanager/api/v2/alerts"
        namespaces = Construct(self, "Rules")
        for name, data in rules.items():
            aps.CfnRuleGroupsNamespace(namespaces, name, name=name, data=data, workspace=self.workspace.attr_arn)

    def grant_write(self, role: iam.IGrantable) -> None:
        """Let the role write metrics."""
        self._grant(role, "aps:RemoteWrite")

    def grant_query(self, role: iam.IGrantable) -> None:
        """Let the role read metrics, and their names and labels."""
        self._grant(role, "aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics")

    def grant_alerting(self, role: iam.IGrantable) -> None:
        """Let the role hand alerts to the alert manager."""
        self._grant(role, "aps:CreateAlertManagerAlerts")

    def _grant(self, role: iam.IGrantable, *actions: str) -> None:
        iam.Grant.add_to_principal(grantee=role, actions=list(actions), resource_arns=[self.workspace.attr_arn])
