"""Application Load Balancers, what they send to the internet, and the firewall before them."""

from collections.abc import Iterator
from decimal import Decimal

from operations.cost.profile import HOURS, Profile
from operations.cost.resources import Resource, Resources
from operations.cost.usage import NotPriced, Pricer, Usage

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
WEB_ACL = "AWS::WAFv2::WebACL"
SECONDS = HOURS * 3600
MILLION = 1_000_000

# What one capacity unit (LCU) holds in an hour: "Elastic Load Balancing pricing", "LCU details".
NEW_CONNECTIONS_A_SECOND = 25
GIGABYTES_AN_HOUR = 1

DEARER_RULE_GROUPS = frozenset(
    {
        "AWSManagedRulesBotControlRuleSet",
        "AWSManagedRulesATPRuleSet",
        "AWSManagedRulesACFPRuleSet",
        "AWSManagedRulesAntiDDoSRuleSet",
    }
)
"""For these AWS asks more than for a rule ("AWS WAF Pricing", "Intelligent threat mitigation")."""


def _load_balancers(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    balancers = resources.of(LOAD_BALANCER)
    others = [each for each in balancers if each.properties.get("Type", "application") != "application"]
    for each in others:
        yield NotPriced(f"{LOAD_BALANCER} {each.id}", f"the price table has no {each.properties['Type']} load balancer")
    applications = [each for each in balancers if each not in others]
    if not applications:
        return
    yield Usage("Load balancers", "load_balancer", Decimal(len(applications) * HOURS))
    yield Usage("Load balancers, capacity", "load_balancer_capacity", _capacity_units(profile) * HOURS)
    public = [each for each in applications if each.properties.get("Scheme", "internet-facing") == "internet-facing"]
    if public:
        addresses = sum(map(_public_addresses, public))
        if addresses:
            yield Usage("Public addresses of load balancers", "public_ipv4", Decimal(addresses * HOURS))
        yield Usage("Traffic to the internet", "internet_traffic", Decimal(str(profile.gigabytes_out)))


def _capacity_units(profile: Profile) -> Decimal:
    """The dimension that asks for most is billed; active connections and rules never do here."""
    return max(
        Decimal(profile.requests) / SECONDS / NEW_CONNECTIONS_A_SECOND,
        Decimal(str(profile.gigabytes_out)) / HOURS / GIGABYTES_AN_HOUR,
    )


def _public_addresses(balancer: Resource) -> int:
    """One in each zone: "Charges for public IPv4 addresses" in the Elastic Load Balancing user guide."""
    if balancer.properties.get("IpAddressType") == "dualstack-without-public-ipv4":
        return 0
    return len(balancer.properties.get("Subnets") or balancer.properties.get("SubnetMappings", []))


def _firewalls(resources: Resources, profile: Profile) -> Iterator[Usage | NotPriced]:
    web_acls = resources.of(WEB_ACL)
    if not web_acls:
        return
    rules = [rule for web_acl in web_acls for rule in web_acl.properties.get("Rules", [])]
    yield Usage("AWS WAF web ACLs", "web_acl", Decimal(len(web_acls)))
    yield Usage("AWS WAF rules and rule groups", "web_acl_rule", Decimal(len(rules)))
    yield Usage("AWS WAF requests", "web_acl_requests", Decimal(profile.requests) / MILLION)
    for rule in rules:
        group = rule.get("Statement", {}).get("ManagedRuleGroupStatement")
        if group and (group["VendorName"] != "AWS" or group["Name"] in DEARER_RULE_GROUPS):
            yield NotPriced(f"the rule group {group['Name']}", "it costs more than a rule, by its own price list")


LOAD_BALANCERS = Pricer(frozenset({LOAD_BALANCER}), _load_balancers)
FIREWALLS = Pricer(frozenset({WEB_ACL}), _firewalls)
