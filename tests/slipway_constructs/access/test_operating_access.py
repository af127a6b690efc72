"""Operating one service by hand: which rights, on what, and under which conditions."""

from slipway_constructs.access.operating_access import (
    grant_continuation_access,
    grant_scaling_access,
    grant_shell_access,
)
from tests.slipway_constructs.grants import OPERATED, PLACE, SERVICE, conditions, granted, stack_with_role


def test_who_scales_changes_bounds_and_neither_what_runs_nor_where_nor_a_shell_into_it() -> None:
    stack, role = stack_with_role()
    grant_scaling_access(role, OPERATED)
    assert granted(stack) == {
        "application-autoscaling:DescribeScalableTargets": {"*"},
        "application-autoscaling:DescribeScheduledActions": {"*"},
        "application-autoscaling:RegisterScalableTarget": {
            f"arn:aws:application-autoscaling:{PLACE}:scalable-target/*"
        },
        "ecs:UpdateService": {SERVICE},
    }
    assert conditions(stack) == {
        "application-autoscaling:RegisterScalableTarget": {
            "StringEquals": {
                "application-autoscaling:service-namespace": "ecs",
                "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount",
            }
        },
        "ecs:UpdateService": {
            "Null": {
                "ecs:enable-execute-command": "true",
                "ecs:subnet": "true",
                "ecs:task-definition": "true",
            }
        },
    }


def test_a_shell_is_opened_in_tasks_of_this_cluster_only() -> None:
    stack, role = stack_with_role()
    grant_shell_access(role, OPERATED)
    assert granted(stack) == {
        "ecs:ExecuteCommand": {f"arn:aws:ecs:{PLACE}:cluster/web", f"arn:aws:ecs:{PLACE}:task/web/*"}
    }


def test_only_a_rollout_of_this_service_is_let_go_on() -> None:
    stack, role = stack_with_role()
    grant_continuation_access(role, OPERATED)
    assert granted(stack) == {
        "ecs:ContinueServiceDeployment": {SERVICE, f"arn:aws:ecs:{PLACE}:service-deployment/web/api/*"}
    }
