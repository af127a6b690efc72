"""What the things of the app are called in AWS, each as it would be for prod."""

ACCOUNT, REGION = "111111111111", "eu-central-1"
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/slipway-permissions-boundary"
LAMBDA_LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """The ARN of something in the app's account and region."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def role_arn(name: str) -> str:
    """The ARN of a role of the app's account."""
    return arn("iam", f"role/{name}", region="")


VPC, SUBNET, ROUTE_TABLE = arn("ec2", "vpc/vpc-1"), arn("ec2", "subnet/subnet-1"), arn("ec2", "route-table/rtb-1")
INTERNET_GATEWAY, ADDRESS = arn("ec2", "internet-gateway/igw-1"), arn("ec2", "elastic-ip/eipalloc-1")
SECURITY_GROUP, SECURITY_GROUP_RULE = arn("ec2", "security-group/sg-1"), arn("ec2", "security-group-rule/sgr-1")
# CloudFormation keeps only the first five or six letters of a stack's name for these, which may have 32 characters.
LOAD_BALANCER = arn("elasticloadbalancing", "loadbalancer/app/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef")
LISTENER = arn("elasticloadbalancing", "listener/app/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef/0123456789abcdef")
LISTENER_RULE = arn("elasticloadbalancing", f"listener-rule/{LISTENER.partition('/')[2]}/0123456789abcdef")
TARGETS = arn("elasticloadbalancing", "targetgroup/slipw-Ingre-1A2B3C4D5E6F/0123456789abcdef")
CLUSTER, SERVICE = arn("ecs", "cluster/slipway-prod"), arn("ecs", "service/slipway-prod/slipway-prod")
SERVICE_DEPLOYMENT = arn("ecs", "service-deployment/slipway-prod/slipway-prod/0123456789abcdef")
TASK_DEFINITION = arn("ecs", "task-definition/slipwayprodserviceTaskDefinition:1")
SCALABLE_TARGET = arn("application-autoscaling", "scalable-target/0ec50123456789abcdef")
SCALING_ALARM = arn("cloudwatch", "alarm:TargetTracking-service/slipway-prod/slipway-prod-AlarmHigh-0123")
ALARM = arn("cloudwatch", "alarm:slipway-prod-observability-Alarms-1A2B3C4D5E6F")
DASHBOARD = arn("cloudwatch", "dashboard/slipway-prod", region="")
RULE = arn("events", "rule/slipway-prod-observability-DeploymentEvents-1A2B3C4D5E6F")
TOPIC = arn("sns", "slipway-prod-telemetry-TopicsPages-1A2B3C4D5E6F")
QUEUE = arn("sqs", "slipway-prod-observability-DeadLettersQueue-1A2B3C4D5E6F")
CONNECTION = arn("events", "connection/slipway-prod-pagerduty/00000000-0000-0000-0000-000000000000")
API_DESTINATION = arn("events", "api-destination/slipway-prod-pagerduty/00000000-0000-0000-0000-000000000000")
SECRET_OF_CONNECTION = arn(
    "secretsmanager", "secret:events!connection/slipway-prod-pagerduty/00000000-0000-0000-0000-000000000000-1A2b3C"
)
ROUTING_KEY = arn("secretsmanager", "secret:slipway-pagerduty-AbCdEf")
SLACK_CHANNEL = arn("chatbot", "chat-configuration/slack-channel/slipway-prod-eu-central-1", region="")
LOG_GROUP = arn("logs", "log-group:slipway-prod-service-TaskLogGroup-1A2B3C4D5E6F")
FIREWALL_LOG_GROUP = arn("logs", "log-group:aws-waf-logs-slipwayprodservice-Firewall-1A2B3C4D-01234567")
BUCKET = "arn:aws:s3:::slipway-prod-service-ingressaccesslogs-1a2b3c4d5e6f"
ASSET = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}/0123456789abcdef.zip"
FUNCTION = arn("lambda", "function:slipway-prod-network-CustomVpcRestrictDefaultSGC-1A2B3C4D5E6F")
KEY = arn("kms", "key/00000000-0000-0000-0000-000000000000")
SECRET = arn("secretsmanager", "secret:ecr-pullthroughcache/slipway-ghcr-1A2b3C")
PASSWORD = arn("secretsmanager", "secret:slipway-prod-grafana-1A2b3C")
REPOSITORY, CACHED_REPOSITORY = arn("ecr", "repository/slipway"), arn("ecr", "repository/ghcr/example-org/example")
PROVIDER = arn("iam", "oidc-provider/token.actions.githubusercontent.com", region="")
ENDPOINT = arn("ec2", "vpc-endpoint/vpce-1")
PARAMETER = arn("ssm", "parameter/slipway/prod/release")
CERTIFICATE = arn("acm", "certificate/00000000-0000-0000-0000-000000000000")
ZONE, ZONE_CHANGE = "arn:aws:route53:::hostedzone/Z0123456789ABC", "arn:aws:route53:::change/C0123456789ABC"
WEB_ACL = arn("wafv2", "regional/webacl/slipwayprodservice-Firewall-1A2B3C4D/00000000-0000-0000-0000-000000000000")
# What WAF asks for when a web ACL has rules of AWS's; it names none of them.
MANAGED_RULES = arn("wafv2", "regional/managedruleset/any/any")
WORKSPACE, RULES = arn("aps", "workspace/ws-1"), arn("aps", "rulegroupsnamespace/ws-1/slo")
USER_POOL = arn("cognito-idp", f"userpool/{REGION}_1A2B3C4D5")  # clients have no ARN of their own
NAMESPACE, NAMESPACE_SERVICE = arn("servicediscovery", "namespace/ns-1"), arn("servicediscovery", "service/srv-1")
DELIVERED_LOG_GROUP = arn("logs", "log-group:/aws/vendedlogs/slipway-prod-prometheus-01234567")
ROLE = role_arn("slipway-prod-service-TaskTaskRole-1A2B3C4D5E6F")
SCALING_ROLE = role_arn(
    "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
)
