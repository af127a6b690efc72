"""What ECS writes of tasks that did not start: each text with the place where it was found."""

from tests.operations import deployed
from tests.operations.deployed import ACCOUNT, IMAGE, REGION, STACK

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-AbCdEf"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/slipway-dev-service-WebServiceExecutionRole/83b93a4dc3442a18"
REPOSITORY = f"arn:aws:ecr:{REGION}:222222222222:repository/slipway"

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth: "
OLD_ASM = f"{SECRETS}execution resource retrieval failed: unable to retrieve secret from asm: "
OLD_SSM = f"{SECRETS}execution resource retrieval failed: unable to retrieve secrets from ssm: "
RETRIED = "service call has been retried 1 time(s): "
REQUEST_ID = "status code: 400, request id: a87a66d9-f839-4353-b8c2-9984b1465695"

IMAGE_MISSING = (
    f"The image {IMAGE} is not in its registry. Push it, or release a tag that is there; slipway doctor dev --tag TAG "
    "looks for one."
)
WRONG_ARCHITECTURE = (
    f"The image {IMAGE} is not built for arm64, which the tasks run on. Build it with docker build --platform "
    "linux/arm64 and release that, or change task.architecture in slipway.toml and deploy."
)
PULL_REFUSED = (
    f"The registry refuses {IMAGE} to the execution role slipway-dev-service-WebServiceExecutionRole. Run npx cdk "
    f"deploy slipway-registry {STACK}: the repository's policy and the role's rights come from these two."
)
SECRET_MISSING = "does not exist. Create it, or correct task.secrets in slipway.toml and deploy."
KEY_MISSING = (
    f"The secret {SECRET} has no JSON key password. Add the key to the secret, or correct task.secrets in "
    "slipway.toml and deploy."
)
LOG_GROUP_MISSING = (
    f"The log group {deployed.LOG_GROUP} does not exist, without which no task starts. Run npx cdk drift {STACK} to "
    f"see what was removed by hand, then npx cdk deploy {STACK}."
)


def no_route(place: str) -> str:
    return (
        f"Tasks cannot reach {place}. Run slipway doctor dev, which looks at the routes of the tasks' subnets; if they "
        "are well, a security group or a firewall is in the way."
    )


def permission(action: str, resource: str) -> str:
    return (
        f"The role slipway-dev-service-WebServiceExecutionRole may not {action} on {resource}. Run npx cdk deploy "
        f"{STACK}; if that changes nothing, the permissions boundary or a policy of the organisation forbids it."
    )


# The text of stoppedReason, the cause, and the first line that is said of it.
STOPPED_REASONS = [
    # aws/containers-roadmap#2687
    (
        f"{PULL}failed to resolve ref {IMAGE}@sha256:cca4: {IMAGE}@sha256:cca4: not found",
        "image missing",
        IMAGE_MISSING,
    ),
    # aws/amazon-ecs-agent, agent/engine/docker_image_manager_integ_test.go
    (
        "CannotPullImageManifestError: Error response from daemon: manifest unknown: manifest unknown",
        "image missing",
        IMAGE_MISSING,
    ),
    # The emulated ECS, of an image that neither the engine nor the registry has
    (f"{PULL}failed to resolve ref {IMAGE}: {IMAGE}: not found", "image missing", IMAGE_MISSING),
    # zenn.dev/teba_eleven/articles/e54f67b897ebea
    (
        "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain "
        "descriptor matching platform 'linux/arm64'",
        "wrong architecture",
        WRONG_ARCHITECTURE,
    ),
    # moby/moby#39201
    (
        "CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries",
        "wrong architecture",
        WRONG_ARCHITECTURE,
    ),
    # aws/aws-cdk#29876
    (
        f"{PULL}failed to resolve ref {IMAGE}: pulling from host 222222222222.dkr.ecr.{REGION}.amazonaws.com failed "
        "with status code [manifests sha-1234567]: 403 Forbidden",
        "pull refused",
        PULL_REFUSED,
    ),
    # OvertureMaps/overture-tiles#20
    (
        f"CannotPullECRContainerError: AccessDeniedException: User: {PRINCIPAL} is not authorized to perform: "
        "ecr:GetAuthorizationToken on resource: *",
        "pull refused",
        PULL_REFUSED,
    ),
    # everything2/everything2#2562
    (
        f"CannotPullContainerError: Error response from daemon: pull access denied for {IMAGE}, repository does not "
        f"exist or may require 'docker login': denied: User: {PRINCIPAL} is not authorized to perform: "
        f"ecr:BatchGetImage on resource: {REPOSITORY} because no identity-based policy allows the ecr:BatchGetImage "
        "action",
        "pull refused",
        PULL_REFUSED,
    ),
    # doctorray117/minecraft-ondemand#74
    (
        f"{SECRETS}execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been "
        f'retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.{REGION}.amazonaws.com'
        '/": dial tcp 10.42.10.15:443: i/o timeout. Please check your task network configuration.',
        "no route",
        no_route(f"api.ecr.{REGION}.amazonaws.com"),
    ),
    # aws/copilot-cli#5927
    (
        f"{SECRETS}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task "
        "and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded "
        "maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed",
        "no route",
        no_route("Amazon ECR"),
    ),
    # Releem/releem-agent#195
    (
        f"{OLD_ASM}service call has been retried 5 time(s): failed to fetch secret {SECRET} from secrets manager: "
        "RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task "
        "network configuration.",
        "no route",
        no_route("AWS Secrets Manager"),
    ),
    # hashicorp/terraform-provider-aws#33044
    (
        f"{OLD_SSM}service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: "
        "context deadline exceeded. Please check your task network configuration.",
        "no route",
        no_route("AWS Systems Manager"),
    ),
    # deepfence/terraform-aws-cloud-scanner#13
    (
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
        'quay.io/deepfenceio/cloud-scanner:latest: failed to do request: Head "https://quay.io/v2/deepfenceio/'
        'cloud-scanner/manifests/latest": dial tcp 3.210.148.47:443: i/o timeout',
        "no route",
        no_route("quay.io"),
    ),
    # Amazon ECS developer guide, "Troubleshooting Amazon ECS ResourceNotFoundException errors"
    (
        f"{SECRETS}ResourceNotFoundException: The task can't retrieve the secret with ARN '{SECRET}' from AWS Secrets "
        "Manager. Check whether the secret exists in the specified Region. ResourceNotFoundException: Secrets Manager "
        "can't find the specified secret.",
        "secret missing",
        f"The secret {SECRET} {SECRET_MISSING}",
    ),
    # The same page
    (
        f"Fetching secret data from AWS Secrets Manager in region {REGION}: secret {SECRET}: "
        "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        "secret missing",
        f"The secret {SECRET} {SECRET_MISSING}",
    ),
    # A public repository's record of its own task: read with find_string "invalid ssm parameters"
    (
        f"{OLD_SSM}{RETRIED}invalid ssm parameters: /app/dev/api-key",
        "secret missing",
        f"The secret /app/dev/api-key {SECRET_MISSING}",
    ),
    # The emulated ECS
    (
        f"{SECRETS}execution resource retrieval failed: unable to retrieve secret {SECRET} for environment variable "
        "DATABASE_PASSWORD",
        "secret missing",
        f"The secret {SECRET} {SECRET_MISSING}",
    ),
    # DEFRA/cdp-portal-backend, ExtractFailureReasonTests
    (
        f"{OLD_ASM}{RETRIED}retrieved secret from Secrets Manager did not contain json key password",
        "secret's JSON key missing",
        KEY_MISSING,
    ),
    # The emulated ECS
    (
        f"{SECRETS}execution resource retrieval failed: unable to retrieve json key 'password' from secret {SECRET} "
        "for environment variable DATABASE_PASSWORD",
        "secret's JSON key missing",
        KEY_MISSING,
    ),
    # rileydakota/valheim-ecs-fargate-cdk#9
    (
        f"{OLD_ASM}{RETRIED}invalid character '\\'' looking for beginning of value",
        "secret's JSON key missing",
        f"A JSON key is wanted of a secret that is not a JSON object: {SECRET}. Store a JSON object in it, or take the "
        "key away in task.secrets of slipway.toml and deploy.",
    ),
    # aws-samples/dify-self-hosted-on-aws#35
    (
        f"{OLD_ASM}{RETRIED}failed to fetch secret {SECRET} from secrets manager: AccessDeniedException: User: "
        f"{PRINCIPAL} is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET} because no "
        f"identity-based policy allows the secretsmanager:GetSecretValue action {REQUEST_ID}",
        "permission",
        permission("secretsmanager:GetSecretValue", SECRET),
    ),
    # aws/copilot-cli#4504
    (
        f"{OLD_SSM}{RETRIED}AccessDeniedException: User: {PRINCIPAL} is not authorized to perform: ssm:GetParameters "
        f"on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/KEY because no identity-based policy allows the "
        f"ssm:GetParameters action {REQUEST_ID}",
        "permission",
        permission("ssm:GetParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/KEY"),
    ),
    # GiamPy5/terraform-aws-directus#10
    (
        f"{OLD_ASM}{RETRIED}failed to fetch secret {SECRET} from secrets manager: AccessDeniedException: Access to KMS "
        f"is not allowed {REQUEST_ID}",
        "permission",
        "The execution role slipway-dev-service-WebServiceExecutionRole may not use the KMS key of a secret: "
        f"{SECRET}. Have the key's policy allow kms:Decrypt to that role.",
    ),
    # aws/copilot-cli#3240, where it is cut short
    (
        f"{OLD_SSM}{RETRIED}AccessDeniedException: User: ...",
        "permission",
        "The execution role slipway-dev-service-WebServiceExecutionRole lacks a right; ECS cuts short which: "
        f"AccessDeniedException: User:. Run npx cdk deploy {STACK}; if that changes nothing, the permissions boundary "
        "or a policy of the organisation forbids it.",
    ),
    # aws-samples/aws-fargate-pipeline-lambda-autoscaling#3, where it is cut short
    (
        f"{SECRETS}execution resource retrieval failed: unable to retrieve ecr registry auth: {RETRIED}RequestError: "
        "send request failed caused by: Post https://api.ecr....",
        "no route",
        no_route("api.ecr"),
    ),
    # A public bootcamp's journal: read with find_string "failed to create Cloudwatch log stream"
    (
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed "
        f"to create Cloudwatch log stream: AccessDeniedException: User: {PRINCIPAL} is not authorized to perform: "
        f"logs:CreateLogStream on resource: arn:aws:logs:{REGION}:{ACCOUNT}:log-group:web:log-stream:x",
        "permission",
        permission("logs:CreateLogStream", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:web:log-stream:x"),
    ),
    # Another one, likewise
    (
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed "
        "to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error "
        "StatusCode: 400, ResourceNotFoundException: The specified log group does not exist.",
        "log group missing",
        LOG_GROUP_MISSING,
    ),
]
