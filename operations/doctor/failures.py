"""What makes a release fail, in words; docs/runbook.md has each of them.

`{deploy}` is `npx cdk deploy STACK`, or `make up` in the sandbox.
"""

from operations.advice import Advice

WRONG_ACCOUNT = Advice(
    "the credentials are of account {account}, but {environment} is in {expected}",
    "Sign in to account {expected}; aws sts get-caller-identity prints where you are.",
)
NO_ENVIRONMENT_HERE = Advice(
    "the credentials are of account {account}, in which slipway.toml has no environment and no registry",
    "Sign in to one of {accounts}; aws sts get-caller-identity prints where you are.",
)

NOT_BOOTSTRAPPED = Advice(
    "account {account} is not prepared for CDK in {region}",
    "Follow bootstrap/README.md, which ends in npx cdk bootstrap aws://{account}/{region}.",
)
BOOTSTRAP_TOO_OLD = Advice(
    "the bootstrap stack has version {version}, and CDK needs {needed}",
    "Follow bootstrap/README.md, which ends in npx cdk bootstrap aws://{account}/{region}.",
)

DEPLOY_ROLE_REFUSED = Advice(
    "these credentials may not take on {role}, through which everything is deployed",
    "Sign in as somebody who may, such as the deploy role of {environment} or the operator.",
)

PROVIDER_MISSING = Advice(
    "the account has no identity provider {arn}",
    "Run {deploy}; if the account has one of another app, name it in identity.existing_oidc_provider_arns of "
    "slipway.toml first.",
)
PROVIDER_AUDIENCE = Advice(
    "the identity provider takes no tokens for sts.amazonaws.com",
    "Run aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {arn} "
    "--client-id sts.amazonaws.com.",
)
WORKFLOW_ROLE_MISSING = Advice("there is no role {role}", "Run {deploy}.")
TRUST_OUTDATED = Advice(
    "{role} does not accept {subject}, as slipway.toml wants it to",
    "Run {deploy}: its trust policy is an older one.",
)
TOKEN_REFUSED = Advice(
    "no role accepts a token with sub {sub}",
    "Compare it with the sub that each role accepts; github and github_environment in slipway.toml make them.",
)

STACK_STUCK = Advice("{stack} is {status}", "{fix}")
STACK_BUSY = Advice(
    "{stack} is {status}: somebody deploys",
    "Wait until it is done; slipway watch {environment} shows a rollout.",
)
SERVICE_MISSING = Advice(
    "the service {service} is not in the cluster {cluster} although {stack} says so",
    "Run npx cdk drift {stack} to see what was removed by hand.",
)

REPOSITORY_MISSING = Advice("there is no repository {repository} in account {account}", "Run {deploy}.")
IMAGE_MISSING = Advice(
    "the repository {repository} has no image {tag}",
    "Push it, or choose a tag that is there: aws ecr describe-images --repository-name {repository} --registry-id "
    "{account} --region {region} lists them.",
)
IMAGE_ARCHITECTURE = Advice(
    "the image {tag} is built for {built}, and the tasks run on {wanted}",
    "Build it with docker build --platform linux/{wanted}, or change task.architecture in slipway.toml and deploy.",
)

SECRET_MISSING = Advice(
    "{variable}: there is no secret {secret}",
    "Create it, or correct task.secrets.{variable} in slipway.toml and deploy.",
)
PARAMETER_MISSING = Advice(
    "{variable}: there is no parameter {parameter}",
    "Run aws ssm put-parameter --type SecureString --name {parameter} --value file://FILE, or correct "
    "task.secrets.{variable} in slipway.toml and deploy.",
)
SECRET_EMPTY = Advice(
    "{variable}: the secret {secret} has no text in it",
    "Run aws secretsmanager put-secret-value --secret-id {secret} --secret-string file://FILE.",
)
SECRET_NOT_JSON = Advice(
    "{variable}: the secret {secret} is not a JSON object, so that it has no key {key}",
    "Store a JSON object in it, or take {key} away from task.secrets.{variable} in slipway.toml and deploy.",
)
SECRET_KEY_MISSING = Advice(
    "{variable}: the secret {secret} has no JSON key {key}",
    "Add the key to the secret, or correct task.secrets.{variable} in slipway.toml and deploy.",
)

TASK_ROLE_MISSING = Advice(
    "the {kind} {role} does not exist",
    "Run npx cdk drift {stack} to see what was removed by hand, then {deploy}.",
)
TASK_ROLE_UNTRUSTING = Advice(
    "the {kind} {role} does not let ecs-tasks.amazonaws.com take it on",
    "Run npx cdk drift {stack} to see what was changed by hand, then {deploy}.",
)

PORT_NOT_EXPOSED = Advice(
    "the load balancer sends to port {port}, which the container {container} does not expose",
    "Run npx cdk drift {stack} to see what was changed by hand, then {deploy}.",
)
HEALTH_CHECK_PORT = Advice(
    "the load balancer checks port {health_port}, and the container listens on {port}",
    "Run npx cdk drift {stack} to see what was changed by hand, then {deploy}.",
)

NO_WAY_OUT = Advice(
    "from {subnet} there is no way to {services}: its default route is {route}",
    "Set network.nat in slipway.toml to gateway or endpoints and deploy; in a VPC of your own, add a route to a NAT "
    "gateway, or the VPC endpoints that are missing.",
)

QUOTA_TOO_SMALL = Advice(
    "a rollout of {desired} tasks needs {needed} vCPUs of Fargate, and the account's quota is {quota}",
    "Run aws service-quotas request-service-quota-increase --service-code fargate --quota-code {code} "
    "--desired-value {needed} --region {region}.",
)
