"""How tasks reach AWS's services where there is no way to the internet."""

from collections.abc import Collection
from enum import Enum

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct


class EndpointService(Enum):
    """A service that tasks call through an interface endpoint.

    Every task that starts needs the first three, and those services that its secrets come from.

    Attributes:
        id: of the endpoint's construct.
        aws_service: what CDK calls the service.
    """

    ECR_API = ("EcrApi", ec2.InterfaceVpcEndpointAwsService.ECR)
    ECR_DOCKER = ("EcrDocker", ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER)
    LOGS = ("Logs", ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS)
    SECRETS_MANAGER = ("SecretsManager", ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    SSM = ("Ssm", ec2.InterfaceVpcEndpointAwsService.SSM)
    SSM_MESSAGES = ("SsmMessages", ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES)  # ECS Exec
    STS = ("Sts", ec2.InterfaceVpcEndpointAwsService.STS)
    MONITORING = ("Monitoring", ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING)
    XRAY = ("XRay", ec2.InterfaceVpcEndpointAwsService.XRAY)
    PROMETHEUS = ("Prometheus", ec2.InterfaceVpcEndpointAwsService.PROMETHEUS_WORKSPACES)

    def __init__(self, id: str, aws_service: ec2.InterfaceVpcEndpointAwsService) -> None:
        self.id = id
        self.aws_service = aws_service


class VpcEndpoints(Construct):
    """Endpoints for subnets without a way to the internet: a gateway for S3, and one interface for each service.

    Every interface has an address in each zone: a zone that fails takes only its own along, and the others can still
    start tasks and roll back. It costs $0.01 an hour for each service and zone, and as much for each GB ("AWS
    PrivateLink pricing", us-east-1); ten services in three zones are $219 a month. The gateway is free.

    What they let through: requests signed by the account, so that no keys of somebody else's carry data out; S3 also
    wants the bucket to be the account's, but for the layers of images. Images may lie in another account's registry,
    but not in another region's: endpoints reach only their own. Nor does a pull through ECR's cache work for an image
    that is not cached yet (Amazon ECR: "Amazon ECR interface VPC endpoints").

    Attributes:
        security_group: of the interfaces.
        gateway: that of S3, where ECR keeps the layers of images.
        interfaces: by service.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        cidr: str,
        subnets: ec2.SubnetSelection,
        services: Collection[EndpointService],
    ) -> None:
        """Create the endpoints.

        Args:
            vpc: with DNS support and DNS hostnames: the services keep their usual names.
            cidr: who may connect: the VPC's IPv4 range.
            subnets: one in each zone, with route tables for the gateway. AWS refuses a zone in which it does not
                offer one of the services (`aws ec2 describe-vpc-endpoint-services` tells).
            services: those that get an interface.
        """
        super().__init__(scope, id)
        self._account, self._region = Stack.of(self).account, Stack.of(self).region
        self.gateway = ec2.GatewayVpcEndpoint(
            self, "S3", vpc=vpc, service=ec2.GatewayVpcEndpointAwsService.S3, subnets=[subnets]
        )
        self.gateway.add_to_policy(self._layers_of_images())
        self.gateway.add_to_policy(self._signed_by_the_account({"aws:ResourceAccount": self._account}))
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Endpoints of AWS services", allow_all_outbound=False
        )
        self.security_group.add_ingress_rule(ec2.Peer.ipv4(cidr), ec2.Port.HTTPS, "HTTPS from the VPC")
        self.interfaces = {
            service: self._interface(service, vpc, subnets) for service in EndpointService if service in services
        }

    def _interface(
        self, service: EndpointService, vpc: ec2.IVpc, subnets: ec2.SubnetSelection
    ) -> ec2.InterfaceVpcEndpoint:
        endpoint = ec2.InterfaceVpcEndpoint(
            self,
            service.id,
            vpc=vpc,
            service=service.aws_service,
            subnets=subnets,
            security_groups=[self.security_group],
            open=False,  # CDK would add a rule of its own for each endpoint
            private_dns_enabled=True,
        )
        endpoint.add_to_policy(self._signed_by_the_account({}))
        return endpoint

    def _signed_by_the_account(self, conditions: dict[str, str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:PrincipalAccount": self._account} | conditions},
        )

    def _layers_of_images(self) -> iam.PolicyStatement:
        # ECR's own bucket, and URLs that ECR signs (Amazon ECR: "Minimum Amazon S3 Bucket Permissions for Amazon ECR").
        bucket = f"prod-{self._region}-starport-layer-bucket"
        return iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["s3:GetObject"],
            resources=[
                Stack.of(self).format_arn(service="s3", account="", region="", resource=bucket, resource_name="*")
            ],
        )
