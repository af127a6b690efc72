"""A name of one's own: a certificate that proves itself in the zone, and a record that leads to the load balancer."""

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template

from slipway_constructs.load_balancing.domain import AliasRecord, SiteCertificate
from tests.conftest import resources
from tests.slipway_constructs.conftest import existing_vpc, new_stack, only, reference, template_of
from tests.slipway_constructs.load_balancing.balancing import LOAD_BALANCER, some_load_balancer

CERTIFICATE = "AWS::CertificateManager::Certificate"
RECORD = "AWS::Route53::RecordSet"
ZONE = "Z0123456789ABC"


def site_in(stack: Stack, domain_name: str = "api.example.com") -> SiteCertificate:
    return SiteCertificate(stack, "Site", domain_name=domain_name, hosted_zone_id=ZONE, zone_name="example.com")


def test_the_certificate_is_for_the_name_and_proves_itself_in_the_zone() -> None:
    stack = new_stack()
    site = site_in(stack)
    certificate = only(stack, CERTIFICATE)
    assert certificate["DomainName"] == "api.example.com"
    assert certificate["ValidationMethod"] == "DNS"
    assert certificate["DomainValidationOptions"] == [{"DomainName": "api.example.com", "HostedZoneId": ZONE}]
    assert stack.resolve(site.certificate.certificate_arn) == reference(stack, CERTIFICATE)


def test_the_zone_is_neither_created_nor_looked_up() -> None:
    stack = new_stack()
    site_in(stack)
    Template.from_stack(stack).resource_count_is("AWS::Route53::HostedZone", 0)
    assert stack.node.try_get_context("hosted-zone") is None
    assert [name for name in template_of(stack)["Resources"] if "Custom" in name] == []


@pytest.mark.parametrize("name", ["api.example.com", "example.com"])
def test_the_name_leads_to_the_load_balancer(name: str) -> None:
    stack = new_stack()
    site = site_in(stack, name)
    AliasRecord(
        stack,
        "Alias",
        zone=site.zone,
        domain_name=name,
        load_balancer=some_load_balancer(stack, existing_vpc(stack)),
    )
    (record,) = resources(template_of(stack), RECORD)
    assert (record["HostedZoneId"], record["Name"], record["Type"]) == (ZONE, f"{name}.", "A")
    balancer = reference(stack, LOAD_BALANCER)["Ref"]
    assert record["AliasTarget"]["HostedZoneId"] == {"Fn::GetAtt": [balancer, "CanonicalHostedZoneID"]}
    assert {"Fn::GetAtt": [balancer, "DNSName"]} in record["AliasTarget"]["DNSName"]["Fn::Join"][1]
