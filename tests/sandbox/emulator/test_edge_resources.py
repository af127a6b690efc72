"""What a service's options put around it: endpoints, certificates, records, a firewall, policies and secrets."""

import json
from collections.abc import Callable
from typing import Any

import pytest

ALIAS = {"DNSName": "dualstack.web.eu-west-1.elb.amazonaws.com", "HostedZoneId": "Z32O12XQLNTSW2"}


def network() -> dict[str, Any]:
    vpc = {"VpcId": {"Ref": "Vpc"}}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {**vpc, "CidrBlock": "10.1.1.0/24"}},
        "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": vpc},
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {**vpc, "GroupDescription": "endpoints"}},
    }


def endpoint(service: str, **properties: Any) -> dict[str, Any]:
    name = {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"}
    return {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "ServiceName": name, **properties},
    }


def policy(effect: str) -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_endpoints_of_both_kinds_are_described_filtered_and_changed(aws: Callable[[str], Any], stacks: Any) -> None:
    def resources(effect: str, *, private: bool) -> dict[str, Any]:
        gateway = {"RouteTableIds": [{"Ref": "Routes"}], "PolicyDocument": policy(effect)}
        interface = {
            "VpcEndpointType": "Interface",
            "SubnetIds": [{"Ref": "Subnet"}],
            "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
            "PrivateDnsEnabled": private,
        }
        return {
            **network(),
            "Objects": endpoint("s3", VpcEndpointType="Gateway", **gateway),
            "Images": endpoint("ecr.dkr", **interface),
        }

    def described(**filters: str) -> list[dict[str, Any]]:
        asked = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
        found: list[dict[str, Any]] = aws("ec2").describe_vpc_endpoints(Filters=asked)["VpcEndpoints"]
        return found

    stacks.deploy(resources("Allow", private=True))
    ours = {"vpc_id": stacks.reference("Vpc")}
    (gateway,) = described(**ours, vpc_endpoint_type="Gateway")
    assert gateway["VpcEndpointId"] == stacks.reference("Objects")
    assert gateway["RouteTableIds"] == [stacks.reference("Routes")]
    assert json.loads(gateway["PolicyDocument"]) == policy("Allow")
    (interface,) = described(**ours, service_name="com.amazonaws.eu-west-1.ecr.dkr")
    assert (interface["SubnetIds"], interface["PrivateDnsEnabled"]) == ([stacks.reference("Subnet")], True)
    assert [group["GroupId"] for group in interface["Groups"]] == [stacks.reference("Group")]
    assert described(vpc_id="vpc-0") == []

    stacks.deploy(resources("Deny", private=False))
    (gateway,) = described(**ours, vpc_endpoint_type="Gateway")
    assert json.loads(gateway["PolicyDocument"]) == policy("Deny")
    assert described(**ours, vpc_endpoint_type="Interface")[0]["PrivateDnsEnabled"] is False
    stacks.delete()
    assert described() == []


def test_a_certificate_is_issued_at_once_and_records_point_to_the_load_balancer(
    aws: Callable[[str], Any], stacks: Any
) -> None:
    def resources(alias: dict[str, str], *names: str) -> dict[str, Any]:
        certificate = {
            "DomainName": "api.example.com",
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [{"DomainName": "api.example.com", "HostedZoneId": {"Ref": "Zone"}}],
            **({"SubjectAlternativeNames": [*names]} if names else {}),
        }
        record = {"Name": "api.example.com.", "HostedZoneId": {"Ref": "Zone"}, "AliasTarget": alias}
        return {
            "Zone": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}},
            "Certificate": {"Type": "AWS::CertificateManager::Certificate", "Properties": certificate},
            "V4": {"Type": "AWS::Route53::RecordSet", "Properties": {**record, "Type": "A"}},
            "V6": {"Type": "AWS::Route53::RecordSet", "Properties": {**record, "Type": "AAAA"}},
        }

    def certificate() -> dict[str, Any]:
        arn = stacks.reference("Certificate")
        found: dict[str, Any] = aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        return found

    def aliases() -> dict[str, str]:
        zone = stacks.reference("Zone")
        records = aws("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return {each["Type"]: each["AliasTarget"]["DNSName"] for each in records if "AliasTarget" in each}

    stacks.deploy(resources(ALIAS))
    assert (certificate()["Status"], certificate()["DomainName"]) == ("ISSUED", "api.example.com")
    assert aliases() == {"A": f"{ALIAS['DNSName']}.", "AAAA": f"{ALIAS['DNSName']}."}

    stacks.deploy(resources({**ALIAS, "DNSName": "other.eu-west-1.elb.amazonaws.com"}, "www.example.com"))
    assert certificate()["SubjectAlternativeNames"] == ["api.example.com", "www.example.com"]
    assert set(aliases().values()) == {"other.eu-west-1.elb.amazonaws.com."}
    stacks.delete()
    assert aws("acm").list_certificates()["CertificateSummaryList"] == []
    assert aws("route53").list_hosted_zones()["HostedZones"] == []


def test_a_firewall_keeps_its_rules_and_stands_before_the_load_balancer(aws: Callable[[str], Any], stacks: Any) -> None:
    def visible(name: str) -> dict[str, Any]:
        shown = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
        return {"VisibilityConfig": shown}

    def resources(limit: int) -> dict[str, Any]:
        rate = {"RateBasedStatement": {"Limit": limit, "AggregateKeyType": "IP", "EvaluationWindowSec": 300}}
        managed = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
        rules = [
            {"Name": "rate", "Priority": 1, "Action": {"Block": {}}, "Statement": rate, **visible("rate")},
            {"Name": "aws", "Priority": 2, "OverrideAction": {"None": {}}, "Statement": managed, **visible("aws")},
        ]
        acl = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "Rules": rules, **visible("web")}
        arn = {"Fn::GetAtt": ["Acl", "Arn"]}
        logging = {"ResourceArn": arn, "LogDestinationConfigs": [{"Fn::GetAtt": ["Logs", "Arn"]}]}
        return {
            "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "web"}},
            "Acl": {"Type": "AWS::WAFv2::WebACL", "Properties": acl},
            "Association": {
                "Type": "AWS::WAFv2::WebACLAssociation",
                "Properties": {"ResourceArn": {"Ref": "Balancer"}, "WebACLArn": arn},
            },
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "aws-waf-logs-web"}},
            "Logging": {"Type": "AWS::WAFv2::LoggingConfiguration", "Properties": logging},
        }

    def acl() -> dict[str, Any]:
        found: dict[str, Any] = aws("wafv2").get_web_acl_for_resource(ResourceArn=stacks.reference("Balancer"))[
            "WebACL"
        ]
        return found

    stacks.deploy(resources(2000))
    rate, managed = acl()["Rules"]
    assert rate["Statement"]["RateBasedStatement"]["Limit"] == 2000
    assert managed["Statement"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesCommonRuleSet"
    assert stacks.reference("Logging") == acl()["ARN"]
    stacks.deploy(resources(3000))
    assert acl()["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"] == 3000
    stacks.delete()
    assert aws("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_a_policy_of_the_logs_is_put_changed_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    def resources(effect: str) -> dict[str, Any]:
        properties = {"PolicyName": "waf", "PolicyDocument": json.dumps(policy(effect))}
        return {"Policy": {"Type": "AWS::Logs::ResourcePolicy", "Properties": properties}}

    def documents() -> list[Any]:
        found = aws("logs").describe_resource_policies()["resourcePolicies"]
        return [json.loads(each["policyDocument"]) for each in found]

    for effect in ("Allow", "Deny"):
        stacks.deploy(resources(effect))
        assert documents() == [policy(effect)]
    stacks.delete()
    assert documents() == []


@pytest.mark.parametrize("kind", ["generated", "given"])
def test_a_secret_is_referred_to_by_its_arn_and_keeps_its_value_until_the_template_changes_it(
    aws: Callable[[str], Any], stacks: Any, kind: str
) -> None:
    manager = aws("secretsmanager")

    def resources(value: str, description: str, **tags: str) -> dict[str, Any]:
        template = {"SecretStringTemplate": json.dumps({"user": value}), "GenerateStringKey": "password"}
        random = {"GenerateSecretString": {**template, "PasswordLength": "20", "ExcludePunctuation": True}}
        properties = {
            "Name": "app",
            "Description": description,
            "Tags": [{"Key": key, "Value": tag} for key, tag in tags.items()],
            **(random if kind == "generated" else {"SecretString": json.dumps({"user": value})}),
        }
        return {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}

    def value() -> dict[str, str]:
        found: dict[str, str] = json.loads(manager.get_secret_value(SecretId="app")["SecretString"])
        return found

    stacks.deploy(resources("ada", "first", team="web"))
    arn = stacks.reference("Secret")
    assert arn == manager.describe_secret(SecretId="app")["ARN"]
    assert arn.startswith("arn:aws:secretsmanager:eu-west-1:412345678901:secret:app-")
    before = value()
    assert before["user"] == "ada"
    assert kind == "given" or (len(before["password"]) == 20 and before["password"].isalnum())

    stacks.deploy(resources("ada", "second"))
    described = manager.describe_secret(SecretId="app")
    assert (described["Description"], value()) == ("second", before)
    assert {tag["Key"] for tag in described["Tags"] if not tag["Key"].startswith("aws:")} == set()

    stacks.deploy(resources("grace", "second"))
    assert value()["user"] == "grace"
    assert stacks.reference("Secret") == arn
    stacks.delete()
    assert manager.list_secrets()["SecretList"] == []
