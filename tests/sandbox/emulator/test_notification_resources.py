"""SNS, EventBridge, Logs, load balancer and firewall: what is added to them, read back through their APIs."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_topic_gets_changes_and_loses_its_key(aws: Callable[[str], Any], stacks: Any) -> None:
    def topic(**properties: Any) -> dict[str, Any]:
        return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms", **properties}}}

    def attributes() -> dict[str, str]:
        found: dict[str, str] = aws("sns").get_topic_attributes(TopicArn=stacks.reference("Topic"))["Attributes"]
        return found

    stacks.deploy(topic(KmsMasterKeyId="alias/first", SignatureVersion=2, TracingConfig="Active"))
    assert attributes()["KmsMasterKeyId"] == "alias/first"
    assert (attributes()["SignatureVersion"], attributes()["TracingConfig"]) == ("2", "Active")
    stacks.deploy(topic(KmsMasterKeyId="alias/second"))
    assert attributes()["KmsMasterKeyId"] == "alias/second"
    stacks.deploy(topic(DisplayName="Alarms"))
    assert attributes().get("KmsMasterKeyId", "") == ""


def test_an_api_destination_and_its_connection(aws: Callable[[str], Any], stacks: Any) -> None:
    events = aws("events")
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Hook", "Arn"]}}}

    def hook(endpoint: str) -> dict[str, Any]:
        key = {"ApiKeyName": "Authorization", "ApiKeyValue": "secret"}
        return {
            "Connection": {
                "Type": "AWS::Events::Connection",
                "Properties": {"AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": key}},
            },
            "Hook": {
                "Type": "AWS::Events::ApiDestination",
                "Properties": {
                    "ConnectionArn": {"Fn::GetAtt": ["Connection", "Arn"]},
                    "HttpMethod": "POST",
                    "InvocationEndpoint": endpoint,
                    "InvocationRateLimitPerSecond": "1",
                },
            },
        }

    created = stacks.deploy(hook("http://127.0.0.1:9/first"), Outputs=outputs)
    (destination,) = events.list_api_destinations()["ApiDestinations"]
    (connection,) = events.list_connections()["Connections"]
    assert (destination["Name"], destination["ApiDestinationArn"]) == (stacks.reference("Hook"), created["Arn"])
    assert destination["ConnectionArn"] == connection["ConnectionArn"]
    assert connection["Name"] == stacks.reference("Connection")

    assert stacks.deploy(hook("http://127.0.0.1:9/second"), Outputs=outputs) == created
    assert events.list_api_destinations()["ApiDestinations"][0]["InvocationEndpoint"] == "http://127.0.0.1:9/second"

    stacks.delete()
    assert events.list_api_destinations()["ApiDestinations"] == events.list_connections()["Connections"] == []


def test_a_saved_query_is_put_changed_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    logs = aws("logs")

    def query(text: str) -> dict[str, Any]:
        properties = {"Name": "slipway/errors", "QueryString": text, "LogGroupNames": ["web"]}
        return {"Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": properties}}

    stacks.deploy(query("fields @message"))
    (definition,) = logs.describe_query_definitions(queryDefinitionNamePrefix="slipway/")["queryDefinitions"]
    assert definition["queryDefinitionId"] == stacks.reference("Query")
    assert (definition["queryString"], definition["logGroupNames"]) == ("fields @message", ["web"])
    assert logs.describe_query_definitions(queryDefinitionNamePrefix="other/")["queryDefinitions"] == []

    stacks.deploy(query("stats count()"))
    (changed,) = logs.describe_query_definitions()["queryDefinitions"]
    assert changed["queryDefinitionId"] == definition["queryDefinitionId"]
    assert changed["queryString"] == "stats count()"

    stacks.delete()
    assert logs.describe_query_definitions()["queryDefinitions"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_query_definition(queryDefinitionId=definition["queryDefinitionId"])


def test_saved_queries_are_forgotten_with_the_rest(emulator: Any) -> None:
    logs = emulator.client("logs")
    logs.put_query_definition(name="errors", queryString="fields @message")
    emulator.reset()
    assert logs.describe_query_definitions()["queryDefinitions"] == []


BALANCED = {
    "Balancer": {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Properties": {"Name": "web", "Subnets": ["subnet-1", "subnet-2"]},
    },
}


def test_a_listener_gets_its_attributes_at_its_creation(aws: Callable[[str], Any], stacks: Any) -> None:
    def listening(value: str) -> dict[str, Any]:
        properties = {
            "LoadBalancerArn": {"Ref": "Balancer"},
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            "ListenerAttributes": [{"Key": "routing.http.response.server.enabled", "Value": value}],
        }
        listener = {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": properties}
        return {**BALANCED, "Listener": listener}

    def attributes() -> list[dict[str, str]]:
        arn = stacks.reference("Listener")
        found: list[dict[str, str]] = aws("elbv2").describe_listener_attributes(ListenerArn=arn)["Attributes"]
        return found

    stacks.deploy(listening("false"))
    assert {"Key": "routing.http.response.server.enabled", "Value": "false"} in attributes()
    stacks.deploy(listening("true"))
    assert {"Key": "routing.http.response.server.enabled", "Value": "true"} in attributes()


def test_a_firewall_is_associated_with_the_load_balancer_and_taken_away(aws: Callable[[str], Any], stacks: Any) -> None:
    visibility = {"CloudWatchMetricsEnabled": True, "MetricName": "web", "SampledRequestsEnabled": True}
    acl = {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {
            "Name": "web",
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": visibility,
            "Rules": [],
        },
    }
    association = {
        "Type": "AWS::WAFv2::WebACLAssociation",
        "Properties": {"ResourceArn": {"Ref": "Balancer"}, "WebACLArn": {"Fn::GetAtt": ["Acl", "Arn"]}},
    }
    stacks.deploy({**BALANCED, "Acl": acl, "Association": association})
    balancer = stacks.reference("Balancer")
    assert aws("wafv2").get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]["Name"] == "web"

    stacks.deploy({**BALANCED, "Acl": acl})
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        aws("wafv2").get_web_acl_for_resource(ResourceArn=balancer)
