"""What a review refuses, and how `[[approved_changes]]` lets it through."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from operations.review.stateful import STATEFUL
from tests.operations.review.review_assemblies import (
    NETWORK,
    SERVICE,
    Resources,
    changed,
    ref,
    refused,
    resource,
    reviewed,
    reviewed_folders,
    without,
    written,
)

TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"

ROLLOUT: Resources = {
    "Targets": resource(
        TARGETS,
        "Ingress/Targets/Resource",
        Port=8000,
        Protocol="HTTP",
        HealthCheckPath="/health/ready",
        HealthCheckIntervalSeconds=5,
        Matcher={"HttpCode": "200"},
    ),
    "Unrelated": resource(TARGETS, "Other/Targets/Resource", HealthCheckPath="/health/ready"),
    "Task": resource("AWS::ECS::TaskDefinition", "Task/Resource", Cpu="256"),
    "Service": resource(
        "AWS::ECS::Service",
        "Service/Service",
        TaskDefinition=ref("Task"),
        LoadBalancers=[{"ContainerName": "service", "ContainerPort": 8000, "TargetGroupArn": ref("Targets")}],
    ),
    "Rule": resource(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "ProductionRule/Rule/Resource",
        ListenerArn=ref("Listener"),
        Priority=100,
        Actions=[{"Type": "forward", "TargetGroupArn": ref("Targets")}],
    ),
    "Listener": resource("AWS::ElasticLoadBalancingV2::Listener", "Ingress/Https/Resource", Port=443),
}

HEALTH = ("health_check_with_task_definition", "Ingress/Targets")


def approval(
    change: str, name: str | None, reason: str = "We have a window for it.", stack: str = SERVICE
) -> Mapping[str, str]:
    document = {"change": change, "stack": stack, "reason": reason}
    return document if name is None else document | {"resource": name}


@pytest.mark.parametrize(
    "check",
    [
        {"HealthCheckPath": "/ready"},
        {"HealthCheckPort": "9000"},
        {"HealthCheckProtocol": "HTTPS"},
        {"Matcher": {"HttpCode": "200-299"}},
    ],
)
def test_another_health_check_is_refused_together_with_another_task_definition(
    check: Mapping[str, Any], tmp_path: Path
) -> None:
    both = changed(changed(ROLLOUT, "Targets", **check), "Task", Cpu="512")
    review = reviewed(tmp_path, ROLLOUT, both)
    assert refused(review) == [HEALTH]
    (refusal,) = review.refused
    assert refusal.what == f"has another {next(iter(check))}, and Service/Service another task definition"
    assert "the rollback never ends" in refusal.why


def test_another_port_of_the_container_is_refused_together_with_another_health_check(tmp_path: Path) -> None:
    port = [{"ContainerName": "service", "ContainerPort": 9000, "TargetGroupArn": ref("Targets")}]
    both = changed(changed(ROLLOUT, "Targets", HealthCheckPath="/ready"), "Service", LoadBalancers=port)
    assert refused(reviewed(tmp_path, ROLLOUT, both)) == [HEALTH]


def test_another_health_check_is_let_through_on_its_own(tmp_path: Path) -> None:
    assert refused(reviewed(tmp_path, ROLLOUT, changed(ROLLOUT, "Targets", HealthCheckPath="/ready"))) == []


def test_another_task_definition_is_let_through_on_its_own(tmp_path: Path) -> None:
    assert refused(reviewed(tmp_path, ROLLOUT, changed(ROLLOUT, "Task", Cpu="512"))) == []


def test_how_often_health_is_checked_may_change_with_the_task_definition(tmp_path: Path) -> None:
    both = changed(changed(ROLLOUT, "Targets", HealthCheckIntervalSeconds=10), "Task", Cpu="512")
    assert refused(reviewed(tmp_path, ROLLOUT, both)) == []


def test_a_target_group_of_another_service_does_not_matter(tmp_path: Path) -> None:
    both = changed(changed(ROLLOUT, "Unrelated", HealthCheckPath="/ready"), "Task", Cpu="512")
    assert refused(reviewed(tmp_path, ROLLOUT, both)) == []


def test_another_port_of_the_targets_is_refused_twice_with_another_task_definition(tmp_path: Path) -> None:
    """It replaces the target group, which is an outage, and a rollback would not bring the old one back."""
    rolling = without(ROLLOUT, "Rule")
    both = changed(changed(rolling, "Targets", Port=9000), "Task", Cpu="512")
    assert refused(reviewed(tmp_path, rolling, both)) == [HEALTH, ("replacement", "Ingress/Targets")]


@pytest.mark.parametrize("priority", [50, 200])
def test_a_change_of_the_production_rule_is_refused(priority: int, tmp_path: Path) -> None:
    review = reviewed(tmp_path, ROLLOUT, changed(ROLLOUT, "Rule", Priority=priority))
    assert refused(review) == [("production_rule", "ProductionRule/Rule")]
    assert review.refused[0].what == "would be changed: Priority"
    assert "the target group that has no tasks" in review.refused[0].why


def test_the_production_rule_is_also_refused_when_only_what_it_refers_to_is_replaced(tmp_path: Path) -> None:
    review = reviewed(tmp_path, ROLLOUT, changed(ROLLOUT, "Targets", Protocol="HTTPS"))
    assert ("production_rule", "ProductionRule/Rule") in refused(review)


def test_a_strategy_that_makes_or_removes_the_production_rule_is_refused(tmp_path: Path) -> None:
    rolling = without(ROLLOUT, "Rule")
    for folder, before, after in (("1", rolling, ROLLOUT), ("2", ROLLOUT, rolling)):
        review = reviewed(tmp_path / folder, before, after)
        assert refused(review) == [("production_rule", "ProductionRule/Rule")]
        assert "strategy" in review.refused[0].why


def test_an_environment_that_is_new_may_shift_traffic(tmp_path: Path) -> None:
    base = written(tmp_path / "base", {NETWORK: {}})
    assert refused(reviewed_folders(base, written(tmp_path / "head", {NETWORK: {}, SERVICE: ROLLOUT}))) == []


def test_what_does_not_reach_the_production_rule_in_aws_is_let_through(tmp_path: Path) -> None:
    after = ROLLOUT | {"Rule": ROLLOUT["Rule"] | {"DependsOn": ["Listener"]}}
    assert refused(reviewed(tmp_path, ROLLOUT, after)) == []


@pytest.mark.parametrize("type_name", STATEFUL)
def test_a_stateful_resource_must_not_be_destroyed(type_name: str, tmp_path: Path) -> None:
    review = reviewed(tmp_path, {"It": resource(type_name, "Data/It/Resource")}, {})
    assert refused(review) == [("deletion", "Data/It")]
    assert review.refused[0].why == f"If it goes, {STATEFUL[type_name]}."


def test_a_stateful_resource_must_not_leave_its_stack_either(tmp_path: Path) -> None:
    before = {"It": resource("AWS::S3::Bucket", "Data/It/Resource", attributes={"DeletionPolicy": "Retain"})}
    (refusal,) = reviewed(tmp_path, before, {}).refused
    assert refusal.why == "If it goes, it stays, outside of the stack, and nothing uses it any more."


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::ECR::Repository", "RepositoryName"),
        ("AWS::ECS::Cluster", "ClusterName"),
        ("AWS::ECS::Service", "ServiceName"),
        ("AWS::EFS::FileSystem", "PerformanceMode"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Scheme"),
        ("AWS::EC2::Subnet", "CidrBlock"),
        ("AWS::IAM::OIDCProvider", "Url"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SecretsManager::Secret", "Name"),
        ("AWS::SSM::Parameter", "Name"),
    ],
)
def test_a_stateful_resource_must_not_be_replaced(type_name: str, name: str, tmp_path: Path) -> None:
    property_of: list[dict[str, Any]] = [{name: "one"}, {name: "two"}]
    before, after = ({"It": resource(type_name, "Data/It/Resource", **each)} for each in property_of)
    review = reviewed(tmp_path, before, after)
    assert refused(review) == [("replacement", "Data/It")]
    assert review.refused[0].what == f"would be replaced: {name}"


def test_a_stateful_resource_that_may_be_replaced_is_refused_too(tmp_path: Path) -> None:
    before, after = (
        {"It": resource("AWS::RDS::DBInstance", "Data/It/Resource", Engine=each)} for each in ("mysql", "mariadb")
    )
    review = reviewed(tmp_path, before, after)
    assert refused(review) == [("replacement", "Data/It")]
    assert review.refused[0].what == "may be replaced: Engine"


def test_what_holds_no_state_may_be_replaced_and_destroyed(tmp_path: Path) -> None:
    before = {
        "Alarm": resource("AWS::CloudWatch::Alarm", "Alarm/Resource", AlarmName="one"),
        "Address": resource("AWS::EC2::EIP", "Address/Resource"),
    }
    after = {"Alarm": resource("AWS::CloudWatch::Alarm", "Alarm/Resource", AlarmName="two")}
    assert refused(reviewed(tmp_path, before, after)) == []


def test_a_stack_that_leaves_the_app_is_refused_as_a_whole(tmp_path: Path) -> None:
    base = written(tmp_path / "base", {NETWORK: {}, SERVICE: ROLLOUT})
    review = reviewed_folders(base, written(tmp_path / "head", {NETWORK: {}}))
    assert refused(review) == [("stack_removal", None)]
    assert review.refused[0].what == "is no longer in the app"
    assert [(each.stack, each.added) for each in review.stacks] == [(SERVICE, False)]


def test_a_stack_that_moves_leaves_one_behind(tmp_path: Path) -> None:
    base = written(tmp_path / "base", {SERVICE: ROLLOUT})
    head = written(tmp_path / "head", {SERVICE: ROLLOUT}, places={SERVICE: "111111111111/eu-west-1"})
    review = reviewed_folders(base, head)
    assert refused(review) == [("stack_removal", None)]
    assert review.refused[0].what == (
        "would move from 111111111111/eu-central-1/slipway-prod-service to 111111111111/eu-west-1/slipway-prod-service"
    )


def test_a_stack_with_another_id_in_the_app_is_the_same_to_cloudformation(tmp_path: Path) -> None:
    """As the identity stack's is when a second account joins."""
    identity = {"Role": resource("AWS::IAM::Role", "Role/Resource")}
    base = written(tmp_path / "base", {"slipway-identity": identity})
    renamed = "slipway-identity-111111111111"
    review = reviewed_folders(
        base, written(tmp_path / "head", {renamed: identity}, names={renamed: "slipway-identity"})
    )
    assert (review.stacks, review.resources, review.refusals) == ([], [], [])


@pytest.mark.parametrize(
    ("before", "after", "change", "name"),
    [
        (ROLLOUT, changed(ROLLOUT, "Rule", Priority=1), "production_rule", "ProductionRule/Rule"),
        (
            ROLLOUT,
            changed(changed(ROLLOUT, "Targets", HealthCheckPath="/ready"), "Task", Cpu="512"),
            *HEALTH,
        ),
        (ROLLOUT, changed(ROLLOUT, "Unrelated", Port=1), "replacement", "Other/Targets"),
        (ROLLOUT, without(ROLLOUT, "Unrelated"), "deletion", "Other/Targets"),
    ],
)
def test_a_named_change_passes_and_its_reason_is_kept(
    before: Resources, after: Resources, change: str, name: str, tmp_path: Path
) -> None:
    assert refused(reviewed(tmp_path / "1", before, after)) == [(change, name)]
    review = reviewed(tmp_path / "2", before, after, approvals=[approval(change, name)])
    assert review.refused == ()
    assert [(each.change, each.resource, each.approval) for each in review.approved] == [
        (change, name, "We have a window for it.")
    ]
    assert review.unused_approvals == []


def test_a_named_stack_may_go(tmp_path: Path) -> None:
    base = written(tmp_path / "base", {NETWORK: {}, SERVICE: ROLLOUT})
    head = written(tmp_path / "head", {NETWORK: {}}, approvals=[approval("stack_removal", None)])
    assert reviewed_folders(base, head).refused == ()


@pytest.mark.parametrize(
    "wrong",
    [
        approval("deletion", "Ingress/Targets"),
        approval("replacement", "Other/Targets"),
        approval("deletion", "Other/Targets", stack="slipway-dev-service"),
        approval("unheard_of", "Other/Targets"),
        approval("stack_removal", None),
    ],
)
def test_an_approval_of_something_else_lets_nothing_pass_and_is_reported(
    wrong: Mapping[str, str], tmp_path: Path
) -> None:
    review = reviewed(tmp_path, ROLLOUT, without(ROLLOUT, "Unrelated"), approvals=[wrong])
    assert refused(review) == [("deletion", "Other/Targets")]
    assert [each.change for each in review.unused_approvals] == [wrong["change"]]


def test_approvals_of_base_do_not_count(tmp_path: Path) -> None:
    named = [approval("deletion", "Other/Targets")]
    base = written(tmp_path / "base", {SERVICE: ROLLOUT}, approvals=named)
    head = written(tmp_path / "head", {SERVICE: without(ROLLOUT, "Unrelated")})
    assert refused(reviewed_folders(base, head)) == [("deletion", "Other/Targets")]


def test_head_cannot_call_what_it_changes_by_another_name(tmp_path: Path) -> None:
    disguised = changed(ROLLOUT, "Rule", Priority=1)
    disguised["Rule"]["Path"] = "Harmless/Rule/Resource"
    assert refused(reviewed(tmp_path, ROLLOUT, disguised)) == [("production_rule", "ProductionRule/Rule")]
