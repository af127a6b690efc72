"""What brings traffic from clients to healthy tasks."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from slipway_constructs.acknowledgements import acknowledge, acknowledge_custom_resource_function
from slipway_constructs.load_balancing.target_group import target_group

IDLE_TIMEOUT = Duration.seconds(60)
"""After which the load balancer closes an idle connection; AWS's default, and below the service's own keep-alive."""

TLS_POLICY = elbv2.SslPolicy.TLS13_12_RES_PQ
"""TLS 1.3 and 1.2, with hybrid post-quantum key exchange for clients that have it, and without CBC ciphers.

It is the one that AWS recommends and its console chooses ("Security policies for your Application Load Balancer").
CDK's `RECOMMENDED_TLS` is the one of 2021, without post-quantum key exchange whatever the feature flag
`usePostQuantumTlsPolicy` says; the flag acts when no policy is given, and chooses TLS13_12_PQ, which still takes CBC.
Clients of TLS 1.2 without AES-GCM are shut out, such as Safari 8 and Internet Explorer 11 on Windows 8.1.
"""

ACKNOWLEDGED_OF_ACCESS_LOGS = {
    ("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled", "Checkov::CKV_AWS_18"): (
        "The bucket holds access logs; logging access to it would need another such bucket."
    ),
    ("NIST.800.53.R5-S3BucketReplicationEnabled",): (
        "Nothing is restored from access logs, and each expires: the service needs no second copy of them elsewhere."
    ),
    ("NIST.800.53.R5-S3BucketVersioningEnabled", "Checkov::CKV_AWS_21"): (
        "The load balancer writes each log once, to a name of its own, and it goes when it expires: no object has an "
        "earlier version."
    ),
    ("NIST.800.53.R5-S3DefaultEncryptionKMS",): (
        "Elastic Load Balancing delivers access logs only to buckets that S3 encrypts with keys of its own (SSE-S3)."
    ),
}
"""Why, by findings."""


class Ingress(Construct):
    """An Application Load Balancer, its access logs, the target group behind it, and the listener for clients.

    Attributes:
        load_balancer: internet-facing.
        access_logs: the bucket of its access logs.
        targets: the target group that tasks join.
        listener: that clients reach: of port 443 with a certificate, of port 80 without. What no rule takes goes to
            `targets`.
        url: where clients find the service, without a trailing slash.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection,
        target_port: int,
        health_path: str,
        certificate: acm.ICertificate | None,
        host: str | None,
        private_paths: Sequence[str],
        deletion_protection: bool,
        access_log_retention: Duration,
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the load balancer.

        Args:
            subnets: public ones of at least two zones.
            target_port: of the tasks.
            health_path: answers 200 when a task can take traffic. It may be private: health checks pass no listener.
            certificate: None serves plain HTTP; otherwise HTTPS, and HTTP is redirected to it.
            host: the name that clients use; None, the load balancer's own.
            private_paths: answered 404 by the load balancer, with everything below them; empty hides nothing. What is
                compared is the path as the load balancer reads it, and case matters: a service that answers another
                spelling, such as `/Metrics`, `//metrics` or `/%6Detrics`, as `/metrics` may show it that way. `*`
                stands for any characters, `?` for any one; a path takes 126 characters, as `/*` is added to it.
            deletion_protection: nobody, CloudFormation included, can delete the load balancer until it is off.
            access_log_retention: whole days after which an access log expires.
            removal_policy: of the access logs, when the stack is deleted.
        """
        super().__init__(scope, id)
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=vpc,
            vpc_subnets=subnets,
            internet_facing=True,
            idle_timeout=IDLE_TIMEOUT,
            drop_invalid_header_fields=True,
            # AWS's default, made explicit. STRICTEST would also refuse requests that break RFC 7230 without any risk.
            desync_mitigation_mode=elbv2.DesyncMitigationMode.DEFENSIVE,
            deletion_protection=deletion_protection,
        )
        self.access_logs = self._access_logs(access_log_retention, removal_policy)
        self.load_balancer.log_access_logs(self.access_logs)
        self.targets = target_group(self, "Targets", vpc=vpc, target_port=target_port, health_path=health_path)
        self.listener = self._listen(certificate)
        self._hide(private_paths)
        self.url = f"{'https' if certificate else 'http'}://{host or self.load_balancer.load_balancer_dns_name}"

    def _access_logs(self, retention: Duration, removal_policy: RemovalPolicy) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,  # the only encryption that ALB access logs can be delivered to
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=retention)],
            removal_policy=removal_policy,
            auto_delete_objects=removal_policy is RemovalPolicy.DESTROY,  # else a bucket with logs cannot be deleted
        )
        for findings, reason in ACKNOWLEDGED_OF_ACCESS_LOGS.items():
            for finding in findings:
                acknowledge(bucket, finding, reason)
        if removal_policy is RemovalPolicy.DESTROY:
            acknowledge_custom_resource_function(
                Stack.of(self).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
            )
        return bucket

    def _listen(self, certificate: acm.ICertificate | None) -> elbv2.ApplicationListener:
        if certificate is None:
            return self.load_balancer.add_listener(
                "Http", protocol=elbv2.ApplicationProtocol.HTTP, default_target_groups=[self.targets]
            )
        listener = self.load_balancer.add_listener(
            "Https",
            protocol=elbv2.ApplicationProtocol.HTTPS,
            certificates=[certificate],
            ssl_policy=TLS_POLICY,
            default_target_groups=[self.targets],
        )
        redirect = self.load_balancer.add_redirect()
        why_plain = "Port 80 answers every request with a redirect to HTTPS; none gets to a task that way."
        acknowledge(redirect, "NIST.800.53.R5-ELBv2ACMCertificateRequired", why_plain)
        acknowledge(self.load_balancer, "Checkov::CKV_AWS_260", why_plain)
        return listener

    def _hide(self, paths: Sequence[str]) -> None:
        """Answer for the tasks, before any other rule.

        Each path has a rule of its own. A condition takes three patterns and a rule five ("Listener rules for your
        Application Load Balancer"), and a path needs two: one pattern such as `/metrics*` would hide `/metrics-guide`.
        """
        rules = Construct(self, "PrivatePaths")
        for priority, path in enumerate(paths, start=1):
            elbv2.ApplicationListenerRule(
                rules,
                str(priority),
                listener=self.listener,
                priority=priority,
                conditions=[elbv2.ListenerCondition.path_patterns(_at_and_below(path))],
                action=elbv2.ListenerAction.fixed_response(404, content_type="text/plain", message_body="Not Found"),
            )


def _at_and_below(path: str) -> list[str]:
    """Patterns for the path, with or without a slash at its end, and for everything below it."""
    if path.endswith("*"):
        return [path]
    exact = path.rstrip("/")
    return [exact, f"{exact}/*"] if exact else ["/*"]
