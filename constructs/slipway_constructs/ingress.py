"""What brings traffic from clients to healthy tasks."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from constructs import Construct

IDLE_TIMEOUT = Duration.seconds(60)
"""After which the load balancer closes an idle connection; AWS's default, and below the service's own keep-alive."""

# On the critical path of every rollout: 2 x 5 s until a task is healthy, 15 s until an old one is drained. AWS's
# defaults are 5 x 30 s and 300 s (Elastic Load Balancing: "Health checks", "Deregistration delay").
HEALTH_CHECK_INTERVAL = Duration.seconds(5)
HEALTH_CHECK_TIMEOUT = Duration.seconds(3)
HEALTHY_THRESHOLD = 2
UNHEALTHY_THRESHOLD = 2
DEREGISTRATION_DELAY = Duration.seconds(15)


class Ingress(Construct):
    """An Application Load Balancer, its access logs, and the target group behind it.

    Attributes:
        load_balancer: internet-facing, in the public subnets.
        targets: the target group that tasks join.
        url: where clients find the service, without a trailing slash.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        target_port: int,
        health_path: str,
        certificate: acm.ICertificate | None,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the load balancer.

        Args:
            target_port: of the tasks.
            health_path: answers 200 when a task can take traffic.
            certificate: None serves plain HTTP; otherwise HTTPS, and HTTP is redirected to it.
            removal_policy: of the access logs, when the stack is deleted.
        """
        super().__init__(scope, id)
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=vpc,
            internet_facing=True,
            idle_timeout=IDLE_TIMEOUT,
            drop_invalid_header_fields=True,
        )
        self.access_logs = self._access_logs(removal_policy)
        self.load_balancer.log_access_logs(self.access_logs)
        self.targets = elbv2.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=vpc,
            port=target_port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            deregistration_delay=DEREGISTRATION_DELAY,
            health_check=elbv2.HealthCheck(
                path=health_path,
                interval=HEALTH_CHECK_INTERVAL,
                timeout=HEALTH_CHECK_TIMEOUT,
                healthy_threshold_count=HEALTHY_THRESHOLD,
                unhealthy_threshold_count=UNHEALTHY_THRESHOLD,
                healthy_http_codes="200",
            ),
        )
        self._listen(certificate)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://{self.load_balancer.load_balancer_dns_name}"

    def _access_logs(self, removal_policy: RemovalPolicy) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,  # the only encryption that ALB access logs can be delivered to
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=removal_policy,
            auto_delete_objects=removal_policy is RemovalPolicy.DESTROY,  # else a bucket with logs cannot be deleted
        )

    def _listen(self, certificate: acm.ICertificate | None) -> None:
        if certificate is None:
            self.load_balancer.add_listener(
                "Http", protocol=elbv2.ApplicationProtocol.HTTP, default_target_groups=[self.targets]
            )
            return
        self.load_balancer.add_listener(
            "Https",
            protocol=elbv2.ApplicationProtocol.HTTPS,
            certificates=[certificate],
            ssl_policy=elbv2.SslPolicy.RECOMMENDED_TLS,
            default_target_groups=[self.targets],
        )
        self.load_balancer.add_redirect()
