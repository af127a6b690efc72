"""Putting everything that MiniStack lacks into it, before it starts."""

from sandbox.emulator import application_auto_scaling, background, vpc_endpoints
from sandbox.emulator.cloudformation import deletion_protection, stacks
from sandbox.emulator.cloudformation.handlers import amended, for_ministack
from sandbox.emulator.cloudformation.recorded_types import RECORDED
from sandbox.emulator.cloudformation.resource_types import AMENDED, BACKED
from sandbox.emulator.ecs import (
    deployment_alarms,
    deployment_end,
    ending,
    events,
    service_deployments,
    service_metrics,
    task_health,
)
from sandbox.emulator.ecs.tasks import (
    container_watch,
    containers,
    draining,
    execute_command,
    stopped_tasks,
    task_output,
    task_secrets,
    zones,
)
from sandbox.emulator.internals import internal
from sandbox.emulator.load_balancing import forwarding, load_balancer_metrics, target_health, traffic
from sandbox.emulator.monitoring import (
    alarm_definitions,
    alarms,
    measurements,
    metric_filters,
    metric_values,
    query_definitions,
)

_PROVISIONERS = "services.cloudformation.provisioners"


def register() -> None:
    """Extend the MiniStack that this process is about to run; to be called once.

    Raises:
        MiniStackMismatchError: The installed MiniStack is another one than this package was written for.
    """
    handlers = internal(_PROVISIONERS, "_RESOURCE_HANDLERS")
    create_only = internal(_PROVISIONERS, "_REPLACING_PROPERTIES")
    tag_properties = internal(_PROVISIONERS, "_STACK_TAG_PROPERTY")
    for entry in (*BACKED, *RECORDED):
        handlers[entry.type] = for_ministack(entry.handler)
        create_only[entry.type] = entry.create_only
    for amendment in AMENDED:
        handlers[amendment.type] = amended(handlers[amendment.type], amendment.amend)
    tag_properties.update({entry.type: ("Tags", "list") for entry in BACKED if entry.tagged})

    stacks.run_on_worker_threads({entry.type for entry in (*BACKED, *AMENDED, *RECORDED)})
    stacks.roll_back_failed_updates({"AWS::ECS::Service"})
    stacks.refuse_updates_of_changing_stacks()
    service_deployments.start_deployments_in_progress()
    service_deployments.tell_of_rollouts()
    service_deployments.serve_stop_service_deployment()
    service_deployments.count_every_task_that_fails()
    service_deployments.update_as_ecs_does()
    stopped_tasks.tell_of_tasks()
    zones.spread_tasks_over_zones()
    task_output.forward_whole_lines()
    execute_command.refuse_sessions()
    task_secrets.resolve_secrets()
    containers.apply_container_settings()
    forwarding.forward_by_weight()
    forwarding.reach_listeners_by_port()
    deletion_protection.protect_load_balancers()
    target_health.check_targets()
    traffic.send_to_healthy_targets()
    draining.drain_tasks()
    deployment_end.complete_deployments_at_their_end()
    task_health.keep_services_healthy()
    container_watch.watch_containers()
    deployment_alarms.watch_deployment_alarms()
    ending.start_nothing_at_the_end()
    events.send_events()
    measurements.write_regularly()
    load_balancer_metrics.publish_target_counts()
    service_metrics.publish_utilization()
    vpc_endpoints.describe_endpoints()
    alarm_definitions.keep_metric_math()
    metric_filters.count_matching_lines()
    metric_values.answer_expressions()
    alarms.evaluate_alarms()
    query_definitions.serve_query_definitions()
    application_auto_scaling.serve_application_auto_scaling()
    background.start()
