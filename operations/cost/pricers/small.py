"""What is billed by the piece: keys, secrets, zones, emails, events and images; and functions."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.profile import Profile
from operations.cost.resources import Resource, Resources
from operations.cost.usage import NotPriced, Pricer, Usage

KEY = "AWS::KMS::Key"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a resource type
HOSTED_ZONE = "AWS::Route53::HostedZone"
RECORD = "AWS::Route53::RecordSet"
PARAMETER = "AWS::SSM::Parameter"
SUBSCRIPTION = "AWS::SNS::Subscription"
DESTINATION = "AWS::Events::ApiDestination"
REPOSITORY = "AWS::ECR::Repository"
FUNCTION = "AWS::Lambda::Function"
RULE = "AWS::Events::Rule"

EMAILS = 100_000
"""Emails are billed by so many."""

EVENTS = 1_000_000
"""Events to API destinations likewise."""


def _keys(resources: Resources, _: Profile) -> Iterator[Usage]:
    """Rotation adds one dollar each with the first and the second time; requests stay below the free 20 000."""
    if keys := len(resources.of(KEY)):
        yield Usage("KMS keys", "kms_key", Decimal(keys))


def _secrets(resources: Resources, _: Profile) -> Iterator[Usage]:
    if secrets := len(resources.of(SECRET)):
        yield Usage("Secrets", "secret", Decimal(secrets))


def _zones(resources: Resources, _: Profile) -> Iterator[Usage | NotPriced]:
    if zones := len(resources.of(HOSTED_ZONE)):
        yield Usage("Route 53 hosted zones", "hosted_zone", Decimal(zones))
    for record in resources.of(RECORD):
        if "AliasTarget" not in record.properties:
            yield NotPriced(f"{RECORD} {record.id}", "queries are billed for a record that is no alias")


def _parameters(resources: Resources, _: Profile) -> Iterator[Usage | NotPriced]:
    tiers = [each.properties.get("Tier", "Standard") for each in resources.of(PARAMETER)]
    if advanced := tiers.count("Advanced"):
        yield Usage("Parameters, advanced", "advanced_parameter", Decimal(advanced))
    for tier in set(tiers) - {"Standard", "Advanced"}:
        yield NotPriced(PARAMETER, f"which tier it has is left to AWS: {tier}")


def _subscriptions(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    protocols = [each.properties["Protocol"] for each in resources.of(SUBSCRIPTION)]
    addresses = sum(protocol in {"email", "email-json"} for protocol in protocols)
    if addresses:
        yield Usage("Notifications by email", "sns_emails", Decimal(addresses * profile.emails) / EMAILS)
    for protocol in sorted(set(protocols) - {"email", "email-json", "lambda", "sqs"}):
        yield NotPriced(SUBSCRIPTION, f"the price table has no notifications by {protocol}")


def _destinations(resources: Resources, profile: Profile) -> Iterator[Usage]:
    """What is sent there is what is mailed too."""
    if destinations := len(resources.of(DESTINATION)):
        yield Usage("Events to API destinations", "api_destination", Decimal(destinations * profile.emails) / EVENTS)


def _repositories(resources: Resources, profile: Profile) -> Iterator[Usage]:
    if resources.of(REPOSITORY):
        yield Usage("Images", "image_stored", Decimal(str(profile.image_gigabytes)))


def _functions(resources: Resources, _: Profile) -> Iterator[NotPriced]:
    """Of most nobody knows how often they run.

    One behind a custom resource runs for seconds while a stack is deployed. One that is called on changes of alarms
    stays below the free million requests and 400 000 GB-seconds a month ("AWS Lambda Pricing").
    """
    following = follow_alarms(resources)
    for function in resources.of(FUNCTION):
        serves = any(
            function in resources.referred(each, each.properties.get("ServiceToken"), FUNCTION)
            for type_name in resources.types()
            if is_custom_resource(type_name)
            for each in resources.of(type_name)
        )
        if not serves and function not in following:
            yield NotPriced(f"{FUNCTION} {function.id}", "how often it runs is not known")


def follow_alarms(resources: Resources) -> list[Resource]:
    """The functions that rules call on events of CloudWatch."""
    return [
        function
        for rule in resources.of(RULE)
        if rule.properties.get("EventPattern", {}).get("source") == ["aws.cloudwatch"]
        for function in resources.referred(rule, rule.properties.get("Targets"), FUNCTION)
    ]


def is_custom_resource(type_name: str) -> bool:
    """Whether CloudFormation asks a function or a topic for such a resource."""
    return type_name.startswith("Custom::") or type_name == "AWS::CloudFormation::CustomResource"


KEYS = Pricer(frozenset({KEY}), _keys)
SECRETS = Pricer(frozenset({SECRET}), _secrets)
ZONES = Pricer(frozenset({HOSTED_ZONE, RECORD}), _zones)
PARAMETERS = Pricer(frozenset({PARAMETER}), _parameters)
SUBSCRIPTIONS = Pricer(frozenset({SUBSCRIPTION}), _subscriptions)
DESTINATIONS = Pricer(frozenset({DESTINATION}), _destinations)
REPOSITORIES = Pricer(frozenset({REPOSITORY}), _repositories)
FUNCTIONS = Pricer(frozenset({FUNCTION}), _functions)
