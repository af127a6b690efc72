"""Every resource type that is known: what prices it, or that it costs nothing."""

from operations.cost.pricers import fargate, load_balancing, logs, monitoring, network, small, telemetry

PRICERS = (
    fargate.PRICER,
    load_balancing.LOAD_BALANCERS,
    load_balancing.FIREWALLS,
    network.PRICER,
    monitoring.INSIGHTS,
    monitoring.ALARMS,
    monitoring.DASHBOARDS,
    monitoring.METRIC_FILTERS,
    telemetry.PROMETHEUS,
    telemetry.NAMES,
    logs.LOG_GROUPS,
    logs.BUCKETS,
    small.KEYS,
    small.SECRETS,
    small.ZONES,
    small.PARAMETERS,
    small.SUBSCRIPTIONS,
    small.DESTINATIONS,
    small.REPOSITORIES,
    small.FUNCTIONS,
)
"""In the order in which a reader finds them."""

FREE = frozenset(
    {
        # VPC: "There is no additional charge for creating and using Amazon VPC itself" ("Amazon VPC FAQs").
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCCidrBlock",
        "AWS::EC2::VPCGatewayAttachment",
        # The first 10,000 users of a month ("Amazon Cognito Pricing", Essentials).
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        # Part of something that is billed.
        "AWS::APS::RuleGroupsNamespace",
        "AWS::ECR::PullThroughCacheRule",
        "AWS::ECR::RegistryPolicy",
        "AWS::ECR::RepositoryCreationTemplate",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerCertificate",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::KMS::Alias",
        "AWS::Lambda::Permission",
        "AWS::Logs::ResourcePolicy",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::WAFv2::WebACLAssociation",
        # Public certificates for services of AWS ("AWS Certificate Manager Pricing").
        "AWS::CertificateManager::Certificate",
        # Events of AWS's own services ("Amazon EventBridge Pricing").
        "AWS::Events::Rule",
        # Its secret is included ("Authorization for API destinations", Amazon EventBridge).
        "AWS::Events::Connection",
        # "There is no additional charge" ("Amazon Q Developer in chat applications pricing"); of what SNS sends there,
        # as over HTTPS, the first 100 000 a month are free ("Amazon SNS Pricing").
        "AWS::Chatbot::SlackChannelConfiguration",
        # The first million requests a month ("Amazon SQS Pricing"); letters are few.
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::CDK::Metadata",
    }
)
FREE_PREFIXES = ("AWS::IAM::",)


def is_known(type_name: str) -> bool:
    """Whether it is priced, or costs nothing."""
    return (
        type_name in FREE
        or type_name.startswith(FREE_PREFIXES)
        or small.is_custom_resource(type_name)
        or any(type_name in pricer.types for pricer in PRICERS)
    )
