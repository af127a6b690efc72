"""Where people look at the metrics and traces of one environment."""

from dataclasses import dataclass

from aws_cdk import CfnOutput
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from configuration import Environment
from configuration.telemetry import Dashboards
from configuration.types import Architecture
from slipway_constructs.acknowledgements import acknowledge
from slipway_constructs.load_balancing.domain import AliasRecord
from slipway_constructs.load_balancing.ingress import Ingress
from slipway_constructs.load_balancing.sign_in import SignedInRoute, SignIn
from slipway_constructs.observability.prometheus_workspace import PrometheusWorkspace
from slipway_constructs.services.single_task_service import SingleTaskService
from slipway_constructs.services.web_service import WebService
from stacks.dashboard_parts.grafana import GRAFANA_HEALTH, GRAFANA_PORT, DataSources, add_grafana
from stacks.dashboard_parts.jaeger import JAEGER_PATH, JAEGER_PORT, add_jaeger, jaeger_url
from stacks.environment_stack import EnvironmentStack
from stacks.retention import removal_policy
from stacks.service_parts.collector import TRACES_PORT
from stacks.site import site_of
from stacks.task_placement import TaskPlacement

JAEGER_PRIORITY, GRAFANA_PRIORITY = 50, 51
"""Behind the service's private paths, which are hidden here too, and before what leads everything to the service."""


@dataclass(frozen=True)
class Page:
    """What those get who have signed in.

    Attributes:
        route: the id of the construct that leads there.
        port: of the service's task.
        priority: of the listener's rule.
        conditions: which requests are meant.
        health_path: answers when the task can take traffic.
    """

    route: str
    service: SingleTaskService
    port: int
    priority: int
    conditions: list[elbv2.ListenerCondition]
    health_path: str


def links_of(environment: Environment) -> dict[str, str]:
    """Where people reach both, by name; none where there are none."""
    if environment.dashboards is None:
        return {}
    url = f"https://{environment.dashboards.domain}"
    return {"Grafana": f"{url}/", "Jaeger": f"{url}{JAEGER_PATH}"}


class DashboardsStack(EnvironmentStack):
    """Grafana and Jaeger, on the environment's load balancer behind a sign-in."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        architecture: Architecture,
        placement: TaskPlacement,
        prometheus: PrometheusWorkspace,
        ingress: Ingress,
        web_service: WebService,
    ) -> None:
        """Create both, before that ingress and for the traces of that service."""
        super().__init__(scope, id, environment=environment, description=f"Grafana and Jaeger of {environment.name}.")
        assert environment.dashboards is not None  # noqa: S101 - an Environment that collects telemetry has some
        self._environment, self._settings, self._ingress = environment, environment.dashboards, ingress
        jaeger = add_jaeger(self, environment, architecture=architecture, placement=placement, prometheus=prometheus)
        grafana = add_grafana(
            self,
            environment,
            domain=self._settings.domain,
            architecture=architecture,
            placement=placement,
            sources=DataSources(prometheus=prometheus, traces_url=jaeger_url(environment)),
        )
        self._connect(grafana, jaeger, web_service)
        self._open(placement.cluster.vpc, grafana, jaeger)
        self._name_in_public(self._settings)
        for each in (grafana, jaeger):
            self._acknowledge(each)
        for name, url in links_of(environment).items():
            CfnOutput(self, f"{name}Url", value=url)

    def _connect(self, grafana: SingleTaskService, jaeger: SingleTaskService, web_service: WebService) -> None:
        """Who reaches whom within the VPC."""
        for group in web_service.service.connections.security_groups:
            jaeger.security_group.add_ingress_rule(
                ec2.Peer.security_group_id(group.security_group_id), ec2.Port.tcp(TRACES_PORT), "Traces of the service"
            )
        jaeger.security_group.add_ingress_rule(
            grafana.security_group, ec2.Port.tcp(JAEGER_PORT), "Grafana's links to traces"
        )

    def _open(self, vpc: ec2.IVpc, grafana: SingleTaskService, jaeger: SingleTaskService) -> None:
        """Lead those who have signed in to both."""
        balancer = ec2.SecurityGroup.from_security_group_id(
            self,
            "LoadBalancer",
            self._ingress.load_balancer.connections.security_groups[0].security_group_id,
            allow_all_outbound=False,
        )
        balancer.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "Cognito, of whom the load balancer asks tokens")
        listener = elbv2.ApplicationListener.from_application_listener_attributes(
            self, "Listener", listener_arn=self._ingress.listener.listener_arn, security_group=balancer
        )
        environment, domain = self._environment, self._settings.domain
        sign_in = SignIn(
            self,
            "SignIn",
            domain_name=domain,
            domain_prefix=f"slipway-{environment.name}-{environment.account}",
            removal_policy=removal_policy(environment),
        )
        host = elbv2.ListenerCondition.host_headers([domain])
        below = elbv2.ListenerCondition.path_patterns([JAEGER_PATH, f"{JAEGER_PATH}/*"])
        for page in (
            Page("JaegerRoute", jaeger, JAEGER_PORT, JAEGER_PRIORITY, [host, below], f"{JAEGER_PATH}/"),
            Page("GrafanaRoute", grafana, GRAFANA_PORT, GRAFANA_PRIORITY, [host], GRAFANA_HEALTH),
        ):
            balancer.connections.allow_to(
                page.service.security_group, ec2.Port.tcp(page.port), "From the load balancer"
            )
            self._lead_to(page, vpc, listener, sign_in)
        CfnOutput(self, "UserPoolId", value=sign_in.user_pool.user_pool_id)

    def _lead_to(self, page: Page, vpc: ec2.IVpc, listener: elbv2.IApplicationListener, sign_in: SignIn) -> None:
        route = SignedInRoute(
            self,
            page.route,
            vpc=vpc,
            listener=listener,
            priority=page.priority,
            conditions=page.conditions,
            sign_in=sign_in,
            port=page.port,
            health_path=page.health_path,
        )
        service, container = page.service.service, page.service.container
        route.targets.add_target(
            service.load_balancer_target(container_name=container.container_name, container_port=page.port)
        )
        service.node.add_dependency(route.rule)  # ECS takes no target group without a load balancer

    def _name_in_public(self, settings: Dashboards) -> None:
        """The certificate on the listener, and the record where the stack makes them."""
        certificate: acm.ICertificate
        if site := site_of(self, settings):
            certificate = site.certificate
            AliasRecord(
                self,
                "Alias",
                zone=site.zone,
                domain_name=settings.domain,
                load_balancer=self._ingress.load_balancer,
            )
        else:
            assert settings.certificate_arn  # noqa: S101 - Dashboards without a zone have a certificate
            certificate = acm.Certificate.from_certificate_arn(self, "Certificate", settings.certificate_arn)
        # One certificate may be for both names: the listener has it already.
        if not settings.certificate_arn or settings.certificate_arn != self._environment.load_balancer.certificate_arn:
            elbv2.ApplicationListenerCertificate(
                self, "ListenerCertificate", listener=self._ingress.listener, certificates=[certificate]
            )

    def _acknowledge(self, service: SingleTaskService) -> None:
        acknowledge(
            service.definition,
            "AwsSolutions-ECS2",
            "Variables are settings, the collector's configuration and addresses; what is secret comes from Secrets "
            "Manager.",
        )
        acknowledge(
            service.execution_role,
            "AwsSolutions-IAM5[Resource::*]",
            "ecr:GetAuthorizationToken has no resource type: AWS takes only * for it.",
        )
