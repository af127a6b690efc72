"""`slipway diagnose`: what it says where the tasks do not say it, how it prints it, and what it may not see."""

import datetime as dt

import pytest

from tests.operations import deployed
from tests.operations.conftest import Slipway
from tests.operations.deployed import ALARMS, NOW, SERVICE
from tests.operations.diagnosis.failures import (
    BREAKER_TRIPPED,
    DEPLOYMENT,
    FIRED,
    OLDER,
    OLDER_REVISION,
    REVISION,
    Failure,
    diagnosed,
    revision,
    started,
    task,
    unhealthy,
)
from tests.operations.recorded_aws import RecordedAws

ROLE = "arn:aws:iam::111111111111:role/slipway-dev-service-WebServiceTaskRole"
PLACE = f"(service {SERVICE}) was unable to place a task. Reason: "
MORE = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
UNDER_WAY = {"status": "IN_PROGRESS", "statusReason": "", "rollback": {}, "deploymentCircuitBreaker": {}}


@pytest.mark.parametrize(
    ("event", "cause", "first_line"),
    [
        (  # sil-org/ecs-deploy#277
            f"{PLACE}Capacity is unavailable at this time. Please try again later or in a different availability "
            f"zone.{MORE}",
            "capacity",
            "Fargate has no capacity left in the zones of the tasks. Try again in some minutes; a third zone in "
            "availability_zones of slipway.toml leaves ECS more to choose from.",
        ),
        (  # Amazon ECS developer guide, "Amazon ECS service event messages"; the apostrophe is ECS's own
            f"{PLACE}You’ve reached the limit on the number of vCPUs you can run concurrently.{MORE}",  # noqa: RUF001 - as ECS writes it
            "capacity",
            "The account's quota of Fargate is used up: limit on the number of vCPUs you can run concurrently. Run "
            "slipway doctor dev, which has the command that asks for a larger one.",
        ),
        (  # aws-samples/aws-modern-application-workshop#149
            f"service {SERVICE} failed to launch a task with (error ECS was unable to assume the role '{ROLE}' that "
            "was provided for this task. Please verify that the role being passed has the proper trust relationship "
            "and permissions and that your IAM user has permissions to pass this role.).",
            "permission",
            "ECS cannot take on the role slipway-dev-service-WebServiceTaskRole. Run slipway doctor dev, which looks "
            "at the trust policies of the tasks' roles.",
        ),
        (  # A public repository's account of its own service: find_string "The task cannot pull registry auth"
            f"{PLACE}ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull "
            "registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR.",
            "no route",
            "Tasks cannot reach Amazon ECR. Run slipway doctor dev, which looks at the routes of the tasks' subnets; "
            "if they are well, a security group or a firewall is in the way.",
        ),
        (  # The page of the service event messages
            f"{PLACE}Internal error.",
            "unknown",
            "AWS reports an internal error of its own: Internal error. See health.aws.amazon.com, then try again.",
        ),
    ],
)
def test_where_no_task_even_began_the_events_say_why(
    event: str, cause: str, first_line: str, recorded_aws: RecordedAws
) -> None:
    Failure(events=[event], deployment=UNDER_WAY).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, cause)


def test_events_from_before_the_rollout_are_left_out(recorded_aws: RecordedAws) -> None:
    Failure(events=[f"{PLACE}Internal error."], deployment=UNDER_WAY | {"createdAt": NOW}).record(recorded_aws)
    assert diagnosed().cause == "nothing wrong"


def test_an_alarm_that_ecs_names_goes_before_what_the_tasks_say(recorded_aws: RecordedAws) -> None:
    alarms = [deployed.alarm(ALARMS[0], "ALARM", FIRED), deployed.alarm(ALARMS[1])]
    triggered = {"alarms": {"status": "TRIGGERED", "alarmNames": ALARMS, "triggeredAlarmNames": [ALARMS[0]]}}
    Failure(tasks=[unhealthy()], alarms=alarms, deployment=triggered).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        f"The alarm {ALARMS[0]} fired during the rollout: {FIRED} Look at the failed requests in slipway logs dev "
        "before you release it again.",
        "alarm",
    )


# A public repository's test data, verbatim from ECS: "Service deployment rolled back because PRE_SCALE_UP ..."
def test_a_lifecycle_hook_that_refused_is_told_in_the_words_of_ecs(recorded_aws: RecordedAws) -> None:
    reason = (
        "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. Lifecycle hook "
        "target arn:aws:lambda:eu-central-1:111111111111:function:verify returned FAILED status."
    )
    refused = {"statusReason": reason, "rollback": {"reason": reason}}
    Failure(deployment=refused).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        f"A lifecycle hook did not let the rollout go on: {reason} Look into the logs of the function that "
        "rollout.hook_lambda_arn in slipway.toml names.",
        "lifecycle hook failed",
    )


def test_a_rollout_that_somebody_stopped_is_nobodys_fault(recorded_aws: RecordedAws) -> None:
    breaker = {"status": "MONITORING_COMPLETE", "failureCount": 0, "threshold": 3}
    stopped = {"status": "STOPPED", "statusReason": "", "rollback": {}, "deploymentCircuitBreaker": breaker}
    Failure(deployment=stopped).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        "Somebody stopped the rollout, of which no task had failed. Nothing has to be mended: slipway release dev "
        "--tag TAG starts the next one.",
        "stopped by hand",
    )


@pytest.mark.parametrize(
    ("changes", "first_line"),
    [
        ({"desiredCount": 2, "runningCount": 2}, "Nothing is wrong: 2 of 2 tasks run, and none has failed."),
        (
            {"desiredCount": 0, "runningCount": 0},
            "Nothing is wrong: the service is to have no tasks. Start some with slipway scale dev 1 2.",
        ),
    ],
)
def test_a_service_that_is_well_is_told_so(changes: dict[str, int], first_line: str, recorded_aws: RecordedAws) -> None:
    succeeded = {"status": "SUCCESSFUL", "statusReason": "", "rollback": {}}
    began_badly = [started(code=1)]
    Failure(tasks=began_badly, service=changes, deployment=succeeded).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (first_line, "nothing wrong")


def test_a_service_whose_tasks_crash_after_a_good_rollout_is_not_well(recorded_aws: RecordedAws) -> None:
    later = started(code=1, stoppedAt=NOW + dt.timedelta(hours=1))
    Failure(tasks=[later], deployment={"status": "SUCCESSFUL", "rollback": {}}).record(recorded_aws)
    assert diagnosed().cause == "crash loop"


def test_a_rollout_under_way_is_told_so(recorded_aws: RecordedAws) -> None:
    Failure(deployment=UNDER_WAY).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        "Nothing is wrong so far: the rollout is under way, and none of its tasks has failed. Follow it with slipway "
        "watch dev.",
        "nothing wrong",
    )


def test_tasks_that_ecs_has_forgotten_are_not_made_up(recorded_aws: RecordedAws) -> None:
    Failure().record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        f"The tasks that failed are forgotten, as ECS keeps them for about an hour; it says: {BREAKER_TRIPPED} Release "
        "it again and diagnose it then; slipway logs dev may still have their last words.",
        "unknown",
    )


def test_a_reason_that_nobody_knows_is_told_as_it_is(recorded_aws: RecordedAws) -> None:
    Failure(tasks=[task(stoppedReason="SomethingNewError: nobody has seen this")]).record(recorded_aws)
    diagnosis = diagnosed()
    assert (diagnosis.first_line, diagnosis.cause) == (
        f"The cause is none of those that are known here; ECS says: {BREAKER_TRIPPED} Read the stopped tasks, events "
        "and log lines below.",
        "unknown",
    )


def test_of_a_failed_release_and_what_cloudformation_put_back_the_failed_one_is_diagnosed(
    recorded_aws: RecordedAws,
) -> None:
    failure = Failure(tasks=[started(code=1)])
    failure.record(recorded_aws)
    restoring = failure.described() | {
        "serviceDeploymentArn": f"{DEPLOYMENT[:-1]}6",
        "status": "SUCCESSFUL",
        "createdAt": NOW,
        "targetServiceRevision": {"arn": OLDER_REVISION},
        "rollback": {},
    }
    both = {"serviceDeployments": [restoring, failure.described()]}
    recorded_aws.records("DescribeServiceDeployments", both)
    revisions = {"serviceRevisions": [revision(REVISION, deployed.DEFINITION), revision(OLDER_REVISION, OLDER)]}
    recorded_aws.records("DescribeServiceRevisions", revisions)
    assert diagnosed().cause == "crash loop"
    recorded_aws.records("DescribeTaskDefinition", {"taskDefinition": deployed.task_definition()})
    assert diagnosed(f"{DEPLOYMENT[:-1]}6".rpartition("/")[2]).cause == "nothing wrong"


def test_a_release_that_came_after_a_failed_one_is_diagnosed_itself(recorded_aws: RecordedAws) -> None:
    failure = Failure(tasks=[started(code=1)])
    failure.record(recorded_aws)
    newest = f"{REVISION[:-1]}6"
    later = failure.described() | {
        "serviceDeploymentArn": f"{DEPLOYMENT[:-1]}6",
        "status": "SUCCESSFUL",
        "createdAt": NOW,
        "targetServiceRevision": {"arn": newest},
        "rollback": {},
    }
    recorded_aws.records("DescribeServiceDeployments", {"serviceDeployments": [later, failure.described()]})
    newer = deployed.DEFINITION.replace(":7", ":8")
    revisions = [revision(REVISION, deployed.DEFINITION), revision(newest, newer), revision(OLDER_REVISION, OLDER)]
    recorded_aws.records("DescribeServiceRevisions", {"serviceRevisions": revisions})
    recorded_aws.records("DescribeTaskDefinition", {"taskDefinition": deployed.task_definition()})
    assert diagnosed().cause == "nothing wrong"


def test_a_deployment_that_is_not_there_is_answered_with_those_that_are(
    recorded_aws: RecordedAws, slipway: Slipway
) -> None:
    Failure().record(recorded_aws)
    ended = slipway("diagnose", "dev", "--deployment", "nowhere")
    assert ended.stderr == (
        "slipway: there is no deployment nowhere among the last 1.\nName one of NCWGC2ZR-taawPAYrIaU5.\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, "")


def test_what_may_not_be_asked_is_named_and_the_rest_is_concluded_from(
    recorded_aws: RecordedAws, slipway: Slipway
) -> None:
    Failure(tasks=[started(code=1)]).record(recorded_aws)
    for operation in ("DescribeTargetHealth", "DescribeTargetGroups", "DescribeAlarms", "FilterLogEvents"):
        recorded_aws.denies(operation)
    printed = slipway("diagnose", "dev").stdout
    assert printed.startswith("The container service exits with code 1 at its start, and has written nothing.")
    unseen = " ".join(printed.partition("Not seen\n")[2].split())
    assert unseen == " ".join(
        f"{operation} failed: AccessDeniedException: not authorized to perform: {operation}"
        for operation in ("DescribeAlarms", "DescribeTargetGroups", "DescribeTargetHealth", "FilterLogEvents")
    )
