"""What may do harm, or cannot be seen, in words."""

from operations.advice import Advice

UNSEEN = Advice("it could not be checked: {why}", "{fix}")
NOT_DEPLOYED = Advice("{stack} is not deployed: there is nothing yet to look at", "{fix}")

BOOTSTRAP_BEFORE_ROLLBACK = Advice(
    "the bootstrap stack has version {version}: npx cdk rollback needs {needed}",
    "Follow bootstrap/README.md, which ends in npx cdk bootstrap aws://{account}/{region}.",
)
TOKEN_REFUSED_BY = Advice("{role} does not accept the token: {why}", "{accepts}")
TOKEN_EXPIRED = Advice(
    "the token has expired at {at}: STS would refuse it whatever the roles accept",
    "A token of GitHub lives for minutes; take a fresh one to try it against AWS.",
)
OTHER_STACK = Advice("{stack} is {status}", "{fix}")
NO_TAG = Advice(
    "no image tag is known: neither is one given, nor is one deployed", "Name the tag to be released: --tag TAG."
)
NOT_CACHED_YET = Advice(
    "{repository} has no image {tag} yet: ECR fetches it from ghcr.io at the first pull, or finds that it is not there",
    "Run docker manifest inspect ghcr.io/{upstream}:{tag}.",
)
ARCHITECTURE_UNKNOWN = Advice(
    "the image {tag} is there, but it cannot be told which processor it was built for: {why}",
    "Run docker manifest inspect on it; the tasks run on {wanted}.",
)
SECRET_UNREAD = Advice(
    "{variable}: the secret is there; whether it has the JSON key {key} cannot be told: {why}",
    "Ask somebody who may read it, or run this with such credentials.",
)
EXECUTION_ROLE_DENIED = Advice(
    "the execution role's own policies do not allow {actions} on {resource}",
    "Run npx cdk drift {stack} to see what was changed by hand, then {deploy}.",
)
TARGET_GROUP_PORT = Advice(
    "the target group's own port is {group_port}, and the container's {port}: ECS registers targets with the "
    "container's, but nobody meant this",
    "Run npx cdk drift {stack} to see what was changed by hand, then {deploy}.",
)
WAY_OUT_UNKNOWN = Advice(
    "the default route of {subnet} is {route}: whether that leads to {services} cannot be told from here",
    "Ask whoever runs that network.",
)
QUOTA_NEAR = Advice(
    "at its maximum of {maximum} tasks a rollout needs {needed} vCPUs of Fargate, and the account's quota is {quota}",
    "Run aws service-quotas request-service-quota-increase --service-code fargate --quota-code {code} "
    "--desired-value {needed} --region {region}.",
)
ALARM_FIRING = Advice(
    "{alarm} is firing already: ECS leaves an alarm out that is in ALARM when a rollout begins",
    "Find out why first: {reason}",
)
ALARM_MISSING = Advice(
    "the alarm {alarm} does not exist, although the service names it: it rolls nothing back",
    "Run npx cdk drift {stack} to see what was removed by hand, then {deploy}.",
)
SUBSCRIPTION_PENDING = Advice(
    "{address} has not confirmed its subscription to {topic}, and is told nothing",
    "Confirm it in the mail that AWS has sent; aws sns subscribe --topic-arn {arn} --protocol {protocol} "
    "--notification-endpoint {address} --region {region} has it sent again.",
)
NOBODY_LISTENS = Advice(
    "nobody listens to {topic}, although alerts in slipway.toml names somebody",
    "Look at the subscriptions of that topic in the console of Amazon SNS: whoever unsubscribed is there no more.",
)
TICKETS_UNHEARD = Advice(
    "nobody is told of {topic}, such as too many errors or slow answers: PagerDuty is told of pages only",
    "Name an email address or a Slack channel under alerts in slipway.toml, and deploy.",
)
ROUTING_KEY_MISSING = Advice(
    "PagerDuty is told nothing, or cannot be deployed: {why}",
    "Create it, or run aws secretsmanager put-secret-value --secret-id {secret} --secret-string file://FILE with "
    'the JSON {{"routing_key": "KEY"}} in FILE, then deploy.',
)
ROUTING_KEY_UNREAD = Advice(
    "the secret {secret} is there; whether it has PagerDuty's routing_key cannot be told: {why}",
    "Ask somebody who may read it, or run this with such credentials.",
)
NOT_EMULATED = Advice("the sandbox cannot tell: {what}", "On AWS this is looked at.")
