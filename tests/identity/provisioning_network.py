"""The resource types of networks and of what clients reach: the part of the table that is about them."""

from collections.abc import Mapping

from tests.identity.names import (
    ADDRESS,
    CERTIFICATE,
    ENDPOINT,
    INTERNET_GATEWAY,
    LISTENER,
    LISTENER_RULE,
    LOAD_BALANCER,
    MANAGED_RULES,
    ROLE,
    ROUTE_TABLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    SUBNET,
    TARGETS,
    USER_POOL,
    VPC,
    WEB_ACL,
    ZONE,
    ZONE_CHANGE,
    arn,
)
from tests.identity.provisioned import Provisioning

# "Elastic Load Balancing API permissions": what the caller needs of EC2.
_ELB_NEEDS_OF_EC2 = (
    *("ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)
_NO_OTHER_PROTECTED = {
    "amplify": ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource"),
    "apigateway": ("SetWebACL",),
    "apprunner": ("AssociateWebAcl", "DescribeWebAclForService", "DisassociateWebAcl"),
    "appsync": ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource", "SetWebACL"),
    "bedrock-agentcore": ("GatewayAssociateWebACL", "GatewayDisassociateWebACL", "GatewayGetWebACLForResource"),
    "cognito-idp": ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource"),
    "ec2": (
        *("AssociateVerifiedAccessInstanceWebAcl", "DescribeVerifiedAccessInstanceWebAclAssociations"),
        *("DisassociateVerifiedAccessInstanceWebAcl", "GetVerifiedAccessInstanceWebAcl"),
    ),
}

NETWORK_TYPES: Mapping[str, Provisioning] = {
    "AWS::CertificateManager::Certificate": Provisioning(
        new=(CERTIFICATE,),
        existing=(ZONE,),
        unused={"it is a public one, of no private authority": ("acm-pca:GetCertificate", "acm-pca:IssueCertificate")},
    ),
    "AWS::EC2::EIP": Provisioning(
        new=(ADDRESS,),
        unused={
            "NAT gateways take and leave the address themselves": ("ec2:AssociateAddress", "ec2:DisassociateAddress"),
            "no address comes from another account": ("ec2:AcceptAddressTransfer",),
        },
    ),
    "AWS::EC2::FlowLog": Provisioning(
        new=(arn("ec2", "vpc-flow-log/fl-1"),),
        existing=(VPC,),
        passed=(ROLE, "vpc-flow-logs.amazonaws.com"),
        unused={
            "the log format has no tags (Amazon VPC: Service-linked roles for flow logs)": (
                "autoscaling:DescribeTags",
                "iam:CreateServiceLinkedRole",
            ),
            "it goes to CloudWatch Logs through a role": (
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
            ),
        },
    ),
    "AWS::EC2::InternetGateway": Provisioning(new=(INTERNET_GATEWAY,)),
    "AWS::EC2::NatGateway": Provisioning(
        new=(arn("ec2", "natgateway/nat-1"),),
        existing=(SUBNET, ADDRESS),
        unused={
            "it is public, with one address": (
                "ec2:AssignPrivateNatGatewayAddress",
                "ec2:AssociateNatGatewayAddress",
                "ec2:DisassociateNatGatewayAddress",
                "ec2:UnassignPrivateNatGatewayAddress",
            )
        },
    ),
    "AWS::EC2::Route": Provisioning(existing=(ROUTE_TABLE,)),
    "AWS::EC2::RouteTable": Provisioning(new=(ROUTE_TABLE,), existing=(VPC,)),
    "AWS::EC2::SecurityGroup": Provisioning(new=(SECURITY_GROUP, SECURITY_GROUP_RULE), existing=(VPC,)),
    "AWS::EC2::SecurityGroupEgress": Provisioning(new=(SECURITY_GROUP_RULE,), existing=(SECURITY_GROUP,)),
    "AWS::EC2::SecurityGroupIngress": Provisioning(new=(SECURITY_GROUP_RULE,), existing=(SECURITY_GROUP,)),
    "AWS::EC2::Subnet": Provisioning(
        new=(SUBNET,),
        existing=(VPC,),
        unused={"there is no IPv6": ("ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock")},
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Provisioning(existing=(ROUTE_TABLE, SUBNET)),
    "AWS::EC2::VPC": Provisioning(
        new=(VPC,),
        unused={
            "its tenancy is the default and never changes": ("ec2:ModifyVpcTenancy",),
            "it does not enforce encryption in transit": ("ec2:CreateVpcEncryptionControl",),
        },
    ),
    "AWS::EC2::VPCEndpoint": Provisioning(
        new=(ENDPOINT,),
        existing=(VPC, SUBNET, ROUTE_TABLE, SECURITY_GROUP, ZONE),
        # "Actions, resources, and condition keys for Amazon EC2": CreateVpcEndpoint depends on it
        further=("route53:AssociateVPCWithHostedZone",),
        unused={
            "its services are in its own region, and none is one of VPC Lattice": (
                "vpc-lattice:CreateServiceNetworkVpcEndpointAssociation",
                "vpce:AllowMultiRegion",
            )
        },
    ),
    "AWS::EC2::VPCGatewayAttachment": Provisioning(
        existing=(VPC, INTERNET_GATEWAY),
        unused={"there is no VPN": ("ec2:AttachVpnGateway", "ec2:DetachVpnGateway")},
    ),
    # The service reference knows tags of load balancers only, so that is what tags are asked for.
    "AWS::ElasticLoadBalancingV2::Listener": Provisioning(
        new=(LISTENER,),
        existing=(LOAD_BALANCER,),
        unused={"nobody signs in at it": ("cognito-idp:DescribeUserPoolClient",)},
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": Provisioning(
        new=(LISTENER_RULE,),
        existing=(LISTENER, LOAD_BALANCER, USER_POOL),
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Provisioning(
        new=(LOAD_BALANCER,),
        linked=("elasticloadbalancing.amazonaws.com",),
        further=(*_ELB_NEEDS_OF_EC2, "iam:CreateServiceLinkedRole"),
        unused={
            "it reserves no capacity and has no pool of addresses": (
                "elasticloadbalancing:ModifyCapacityReservation",
                "elasticloadbalancing:ModifyIpPools",
            )
        },
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Provisioning(
        new=(TARGETS,), existing=(LOAD_BALANCER,), further=_ELB_NEEDS_OF_EC2
    ),
    "AWS::Route53::RecordSet": Provisioning(existing=(ZONE, ZONE_CHANGE)),
    "AWS::WAFv2::LoggingConfiguration": Provisioning(
        existing=(WEB_ACL,),
        unused={
            "it logs to CloudWatch Logs": (
                *("firehose:ListDeliveryStreams", "iam:CreateServiceLinkedRole"),
                *("s3:GetBucketPolicy", "s3:PutBucketPolicy"),
            )
        },
    ),
    "AWS::WAFv2::WebACL": Provisioning(new=(WEB_ACL,), existing=(MANAGED_RULES,)),
    "AWS::WAFv2::WebACLAssociation": Provisioning(
        existing=(WEB_ACL, LOAD_BALANCER),
        unused={
            "what it protects is a load balancer": tuple(
                f"{service}:{name}" for service, names in _NO_OTHER_PROTECTED.items() for name in names
            ),
            "it shares no rule group with another account": (
                "wafv2:GetPermissionPolicy",
                "wafv2:PutPermissionPolicy",
            ),
        },
    ),
}
