"""Types that MiniStack provisions itself: that it keeps the properties this project relies on."""

import json
from collections.abc import Callable
from typing import Any


def test_a_repository_keeps_its_protections(aws: Callable[[str], Any], stacks: Any) -> None:
    lifecycle = json.dumps({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged"}}]})
    properties = {
        "RepositoryName": "web",
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "EncryptionConfiguration": {"EncryptionType": "KMS"},
        "LifecyclePolicy": {"LifecyclePolicyText": lifecycle},
    }
    outputs = {"Uri": {"Value": {"Fn::GetAtt": ["Images", "RepositoryUri"]}}}
    created = stacks.deploy({"Images": {"Type": "AWS::ECR::Repository", "Properties": properties}}, Outputs=outputs)
    (repository,) = aws("ecr").describe_repositories()["repositories"]
    assert created["Uri"] == repository["repositoryUri"] == "412345678901.dkr.ecr.eu-west-1.amazonaws.com/web"
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"] == {"encryptionType": "KMS"}
    assert aws("ecr").get_lifecycle_policy(repositoryName="web")["lifecyclePolicyText"] == lifecycle


def test_a_load_balancer_and_its_target_group_keep_their_settings(aws: Callable[[str], Any], stacks: Any) -> None:
    elbv2 = aws("elbv2")
    balancing = {
        "deletion_protection.enabled": "true",
        "idle_timeout.timeout_seconds": "65",
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    draining = {"deregistration_delay.timeout_seconds": "15"}
    resources = {
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"LoadBalancerAttributes": [{"Key": k, "Value": v} for k, v in balancing.items()]},
        },
        "Targets": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "Port": 8000,
                "Protocol": "HTTP",
                "TargetType": "ip",
                "VpcId": "vpc-1",
                "HealthCheckPath": "/health/ready",
                "HealthCheckIntervalSeconds": 5,
                "HealthCheckTimeoutSeconds": 2,
                "HealthyThresholdCount": 2,
                "UnhealthyThresholdCount": 3,
                "Matcher": {"HttpCode": "200-299"},
                "TargetGroupAttributes": [{"Key": k, "Value": v} for k, v in draining.items()],
            },
        },
    }
    stacks.deploy(resources)
    attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=stacks.reference("Balancer"))["Attributes"]
    assert balancing.items() <= {entry["Key"]: entry["Value"] for entry in attributes}.items()
    (group,) = elbv2.describe_target_groups()["TargetGroups"]
    assert (group["HealthCheckPath"], group["HealthCheckIntervalSeconds"]) == ("/health/ready", 5)
    assert (group["HealthCheckTimeoutSeconds"], group["Matcher"]) == (2, {"HttpCode": "200-299"})
    assert (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"]) == (2, 3)
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=stacks.reference("Targets"))["Attributes"]
    assert draining.items() <= {entry["Key"]: entry["Value"] for entry in attributes}.items()


def test_logs_events_and_notifications_keep_their_settings(aws: Callable[[str], Any], stacks: Any) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": {"Ref": "Topic"},
            }
        ],
    }
    stacks.deploy(
        {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "web", "RetentionInDays": 30}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Policy": {
                "Type": "AWS::SNS::TopicPolicy",
                "Properties": {"PolicyDocument": policy, "Topics": [{"Ref": "Topic"}]},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["aws.ecs"]},
                    "Targets": [{"Arn": {"Ref": "Topic"}, "Id": "topic"}],
                },
            },
            "Board": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {"DashboardName": "web", "DashboardBody": '{"widgets": []}'},
            },
        }
    )
    topic = stacks.reference("Topic")
    (group,) = aws("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("web", 30)
    (statement,) = json.loads(aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
    assert statement["Resource"] == topic
    rule = stacks.reference("Rule")
    assert json.loads(aws("events").describe_rule(Name=rule)["EventPattern"]) == {"source": ["aws.ecs"]}
    assert [target["Arn"] for target in aws("events").list_targets_by_rule(Rule=rule)["Targets"]] == [topic]
    assert aws("cloudwatch").get_dashboard(DashboardName="web")["DashboardBody"] == '{"widgets": []}'


def test_the_history_of_a_parameter_has_every_value_with_its_description_and_time(
    aws: Callable[[str], Any], stacks: Any
) -> None:
    record = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Name": "/slipway/dev/release",
            "Type": "String",
            "Value": {"Ref": "Tag"},
            "Description": {"Fn::Sub": "released by ${By}"},
        },
    }
    parameters = {"Tag": {"Type": "String"}, "By": {"Type": "String", "Default": "unknown"}}
    for given in ({"Tag": "sha-1"}, {"Tag": "sha-2", "By": "ada"}, {"Tag": "sha-3", "By": "grace"}):
        stacks.deploy({"Release": record}, Parameters=parameters, parameters=given)

    history = aws("ssm").get_parameter_history(Name="/slipway/dev/release")["Parameters"]
    assert [(each["Version"], each["Value"], each["Description"]) for each in history] == [
        (1, "sha-1", "released by unknown"),
        (2, "sha-2", "released by ada"),
        (3, "sha-3", "released by grace"),
    ]
    times = [each["LastModifiedDate"] for each in history]
    assert times == sorted(set(times))
    assert aws("ssm").get_parameter(Name="/slipway/dev/release")["Parameter"]["Value"] == "sha-3"
