"""The same record of a rollout is made of what ECS remembers and of what the description of a service shows."""

import datetime as dt
from typing import Any

import pytest

from operations.deployment.record import Revision, Rollback, State
from operations.deployment.sources import described, remembered, tag_of, threshold_of
from operations.gateways.ecs import Breaker, Deployment, Service
from operations.gateways.service_deployments import ServiceDeployment, ServiceRevision

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
OLD, NEW, NEXT = "web:1", "web:2", "web:3"
TAGS = {OLD: "sha-0000001", NEW: "sha-0000002", NEXT: "sha-0000003"}


def at(minute: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minute)


def deployment(
    task_definition: str, status: str, rollout_state: str, minute: int, *, reason: str = "", failed: int = 0
) -> Deployment:
    return Deployment(
        id=f"ecs-svc/{task_definition[-1]}",
        status=status,
        rollout_state=rollout_state,
        reason=reason,
        task_definition=task_definition,
        failed_tasks=failed,
        desired=2,
        running=1,
        created_at=at(minute),
        updated_at=at(minute + 3),
    )


def service(*deployments: Deployment, breaker: Breaker | None = None) -> Service:
    arn = "arn:aws:ecs:us-east-1:000000000000:service/cluster/web"
    return Service("web", "ACTIVE", 2, 2, 0, OLD, deployments, breaker, arn=arn)


def states(*deployments: Deployment) -> list[tuple[str, State]]:
    return [(each.target.task_definition, each.state) for each in described(service(*deployments), TAGS)]


def test_a_rollout_under_way_and_the_one_before_it() -> None:
    new, old = deployment(NEW, "PRIMARY", "IN_PROGRESS", 5), deployment(OLD, "ACTIVE", "COMPLETED", 0)
    first, _ = described(service(new, old, breaker=Breaker("COUNT", 3)), TAGS)
    assert first.id == "arn:aws:ecs:us-east-1:000000000000:service-deployment/cluster/web/2"
    assert first.state is State.IN_PROGRESS
    assert (first.target, first.sources) == (Revision(NEW, TAGS[NEW]), (Revision(OLD, TAGS[OLD]),))
    assert (first.created_at, first.finished_at) == (at(5), None)
    assert (first.threshold, first.requested, first.running, first.previous_running) == (3, 2, 1, 1)
    assert states(new, old) == [(NEW, State.IN_PROGRESS), (OLD, State.SUCCESSFUL)]


def test_a_rollout_that_is_over() -> None:
    (only,) = described(service(deployment(NEW, "PRIMARY", "COMPLETED", 5)), TAGS)
    assert (only.state, only.finished_at) == (State.SUCCESSFUL, at(8))


def test_a_failed_rollout_is_being_rolled_back_while_the_older_one_is_primary_again() -> None:
    failed = deployment(NEW, "ACTIVE", "FAILED", 5, reason="tasks failed to start", failed=3)
    restored = deployment(OLD, "PRIMARY", "IN_PROGRESS", 0)
    first, second = described(service(restored, failed), TAGS)
    assert (first.state, first.failures) == (State.ROLLBACK_IN_PROGRESS, 3)
    assert first.rollback == Rollback("tasks failed to start", None, Revision(OLD, TAGS[OLD]))
    assert second.state is State.SUCCESSFUL  # its own release was


def test_a_rollback_is_over_when_the_older_rollout_is_complete_again() -> None:
    failed, restored = deployment(NEW, "ACTIVE", "FAILED", 5), deployment(OLD, "PRIMARY", "COMPLETED", 0)
    first, _ = described(service(restored, failed), TAGS)
    assert (first.state, first.finished_at) == (State.ROLLBACK_SUCCESSFUL, at(3))


def test_a_failed_rollout_stays_rolled_back_when_a_later_one_has_succeeded() -> None:
    failed, later = deployment(NEW, "ACTIVE", "FAILED", 5), deployment(NEXT, "PRIMARY", "COMPLETED", 9)
    assert states(later, failed) == [(NEXT, State.SUCCESSFUL), (NEW, State.ROLLBACK_SUCCESSFUL)]


def test_a_failed_rollout_without_anything_to_go_back_to_is_stopped() -> None:
    assert states(deployment(NEW, "PRIMARY", "FAILED", 5)) == [(NEW, State.STOPPED)]


def test_a_rollout_that_a_newer_one_replaced_is_stopped() -> None:
    older, newer = deployment(NEW, "ACTIVE", "IN_PROGRESS", 5), deployment(NEXT, "PRIMARY", "IN_PROGRESS", 6)
    assert states(newer, older) == [(NEXT, State.IN_PROGRESS), (NEW, State.STOPPED)]


def remembered_deployment(status: str, **more: Any) -> ServiceDeployment:
    fields: dict[str, Any] = {
        "arn": "deployment",
        "status": status,
        "reason": "",
        "created_at": at(0),
        "started_at": at(1),
        "finished_at": None,
        "target": "revision/2",
        "sources": ("revision/1",),
        "requested": 2,
        "running": 1,
        "pending": 1,
        "previous_running": 2,
        "stage": "SCALE_UP",
        "failures": 1,
        "threshold": 3,
        "alarms": (),
        "rollback_reason": "",
        "rollback_started_at": None,
        "rollback_to": "",
    }
    return ServiceDeployment(**fields | more)


REVISIONS = {
    f"revision/{number}": ServiceRevision(f"web:{number}", f"registry/web:sha-000000{number}", f"sha256:{number}")
    for number in (1, 2)
}


@pytest.mark.parametrize("state", State)
def test_what_ecs_remembers_has_the_same_states(state: State) -> None:
    assert remembered(remembered_deployment(state.value), REVISIONS).state is state


def test_a_state_of_a_later_api_is_not_taken_for_an_end() -> None:
    assert remembered(remembered_deployment("PAUSED_FOR_LUNCH"), REVISIONS).state is State.IN_PROGRESS


def test_what_ecs_remembers_is_told_with_tags_and_digests() -> None:
    told = remembered(
        remembered_deployment("ROLLBACK_SUCCESSFUL", rollback_reason="alarm", rollback_to="revision/1"), REVISIONS
    )
    assert told.target == Revision("web:2", "sha-0000002", "sha256:2")
    assert told.rollback == Rollback("alarm", None, Revision("web:1", "sha-0000001", "sha256:1"))
    assert (told.stage, told.failures, told.threshold) == ("SCALE_UP", 1, 3)


def test_a_revision_that_ecs_has_forgotten_is_named_by_its_arn() -> None:
    assert remembered(remembered_deployment("SUCCESSFUL"), {}).target == Revision("revision/2", "")


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("111111111111.dkr.ecr.eu-central-1.amazonaws.com/slipway:sha-1234567", "sha-1234567"),
        ("localhost:4566/slipway", ""),
        ("registry/slipway@sha256:abcd", ""),
        ("registry/slipway:sha-1234567@sha256:abcd", "sha-1234567"),
        ("localhost:4566/slipway@sha256:abcd", ""),
        ("", ""),
    ],
)
def test_the_tag_of_an_image(image: str, tag: str) -> None:
    assert tag_of(image) == tag


@pytest.mark.parametrize(
    ("breaker", "desired", "threshold"),
    [
        (None, 2, None),
        (Breaker("COUNT", 2), 100, 2),
        (Breaker("BOUNDED_PERCENT", 50), 1, 3),
        (Breaker("BOUNDED_PERCENT", 50), 25, 13),
        (Breaker("BOUNDED_PERCENT", 50), 1000, 200),
        (Breaker("UNBOUNDED_PERCENT", 50), 1, 1),
        (Breaker("UNBOUNDED_PERCENT", 50), 1000, 500),
    ],
)
def test_the_threshold_of_a_circuit_breaker(breaker: Breaker | None, desired: int, threshold: int | None) -> None:
    assert threshold_of(breaker, desired) == threshold
