"""The real app, deployed by the real CDK CLI into the emulated AWS, with tasks that are containers."""

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from sandbox.engine import Engine
from sandbox.processes import eventually
from tests.conftest import PROJECT
from tests.end_to_end.conftest import REPOSITORY, Sandbox, diagnosis, get, topic_arn
from tests.receiver import receiving

if TYPE_CHECKING:
    from docker.models.containers import Container

MISSING_TAG = "sha-0000000"


def test_service_answers_through_the_load_balancer_with_the_deployed_tag(sandbox: Sandbox) -> None:
    status = sandbox.status()
    answer = get(f"{status['url']}/")
    assert (answer["image_tag"], answer["environment"]) == (status["image_tag"], "sandbox")
    assert get(f"{status['url']}/health/live") == {"status": "live"}


@pytest.mark.parametrize("path", ["/health/ready", "/health/ready/", "/metrics"])
def test_a_private_path_is_not_found_through_the_load_balancer(path: str, sandbox: Sandbox) -> None:
    with pytest.raises(HTTPError) as refused:
        get(f"{sandbox.url}{path}")
    assert refused.value.code == 404
    assert refused.value.read() == b"Not Found"  # the service's own answer would be JSON


def test_status_says_what_runs(sandbox: Sandbox) -> None:
    printed = sandbox.slipway("status", "sandbox", "--json")
    assert printed.returncode == 0, printed.stderr
    status = json.loads(printed.stdout)
    assert status["environment"] == "sandbox"
    assert status["running"] == status["desired"] == 2
    assert status["deployment"]["status"] == "COMPLETED"
    assert {task["health"] for task in status["tasks"]} == {"healthy"}
    assert status["image_digest"].startswith("sha256:")
    assert "SUCCESSFUL" in {rollout["state"] for rollout in status["rollouts"]}


def test_every_stack_is_deployed_and_little_is_without_effect(sandbox: Sandbox, brought_up: dict[str, Any]) -> None:
    assert {stack["name"] for stack in brought_up["stacks"]} == {
        *("slipway-identity", "slipway-registry"),
        *(f"slipway-sandbox-{role}" for role in ("network", "telemetry", "service", "observability")),
    }
    assert {stack["status"].partition("_")[2] for stack in brought_up["stacks"]} == {"COMPLETE"}
    assert {stack["name"] for stack in brought_up["stacks"]} == set(sandbox.stacks())
    assert brought_up["recorded"] == ["Custom::S3AutoDeleteObjects"]


def running(sandbox: Sandbox, engine: Engine) -> "list[Container]":
    return [container for container in engine.containers(sandbox.port) if container.status == "running"]


def test_tasks_are_containers_that_are_neither_root_nor_able_to_write(sandbox: Sandbox, engine: Engine) -> None:
    # Beside those that run there may be some that have ended: the emulator removes them minutes later.
    containers = running(sandbox, engine)
    assert len(containers) == sandbox.status()["running"]
    for container in containers:
        # podman now and then hands over nothing of what a command has printed
        assert eventually(lambda: container.exec_run(["id", "-u"])[1] == b"10001\n", patience=60)  # noqa: B023 - at once
        assert container.attrs["HostConfig"]["ReadonlyRootfs"] is True


def test_a_container_writes_to_its_scratch_directory_and_nowhere_else(sandbox: Sandbox, engine: Engine) -> None:
    container, *_ = running(sandbox, engine)

    def writes_to(path: str) -> bool:
        return bool(container.exec_run(["python", "-c", f"open('{path}/written', 'w').close()"])[0] == 0)

    assert [path for path in ("/tmp", "/srv", "/var/lib", "/") if writes_to(path)] == ["/tmp"]  # noqa: S108 - in it


def test_the_service_is_told_when_to_roll_a_release_back(sandbox: Sandbox) -> None:
    ecs = sandbox.client("ecs")
    (service,) = ecs.describe_services(cluster="slipway-sandbox", services=["slipway-sandbox"])["services"]
    told = service["deploymentConfiguration"]
    assert told["deploymentCircuitBreaker"] == {
        "enable": True,
        "rollback": True,
        "resetOnHealthyTask": False,
        "thresholdConfiguration": {"type": "COUNT", "value": 3},
    }
    known = {alarm["AlarmName"] for alarm in sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]}
    assert len(told["alarms"]["alarmNames"]) == 3
    assert set(told["alarms"]["alarmNames"]) <= known


def test_a_release_is_recorded_with_its_tag(sandbox: Sandbox) -> None:
    history = sandbox.client("ssm").get_parameter_history(Name="/slipway/sandbox/release")["Parameters"]
    assert history[-1]["Value"] == sandbox.status()["image_tag"]
    assert history[-1]["Description"].startswith("released by ")


def test_logs_of_the_containers_are_in_cloudwatch_logs(sandbox: Sandbox) -> None:
    ecs, logs = sandbox.client("ecs"), sandbox.client("logs")
    (service,) = ecs.describe_services(cluster="slipway-sandbox", services=["slipway-sandbox"])["services"]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    group = task["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-group"]
    messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert any("startup complete" in message.lower() for message in messages), messages


def test_image_is_in_ecr(sandbox: Sandbox) -> None:
    images = sandbox.client("ecr").describe_images(repositoryName="slipway")["imageDetails"]
    assert sandbox.status()["image_tag"] in [tag for image in images for tag in image["imageTags"]]


def test_githubs_provider_and_the_roles_are_in_iam(sandbox: Sandbox) -> None:
    iam = sandbox.client("iam")
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"].endswith(":oidc-provider/token.actions.githubusercontent.com")
    described = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
    assert described["ClientIDList"] == ["sts.amazonaws.com"]
    for name in ("slipway-sandbox-deploy", "slipway-diff", "slipway-drift"):
        role = iam.get_role(RoleName=name)["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"]["Federated"] == provider["Arn"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/slipway-permissions-boundary")


def test_cloudformation_may_do_no_more_than_the_execution_policies(sandbox: Sandbox) -> None:
    iam = sandbox.client("iam")
    attached = iam.list_attached_role_policies(RoleName="cdk-hnb659fds-cfn-exec-role-000000000000-us-east-1")
    files = (PROJECT / "bootstrap").glob("cloudformation-execution*.json")
    assert {policy["PolicyName"] for policy in attached["AttachedPolicies"]} == {
        f"slipway-{file.stem}" for file in files
    }


def test_the_hand_over_to_github_names_the_deployed_roles(sandbox: Sandbox) -> None:
    printed = sandbox.slipway("github", "sandbox")
    assert printed.returncode == 0, printed.stderr
    role = sandbox.client("iam").get_role(RoleName="slipway-sandbox-deploy")["Role"]["Arn"]
    assert f"gh variable set AWS_DEPLOY_ROLE_ARN --repo example-org/example-service --env sandbox --body {role}" in [
        line for line in printed.stdout.splitlines() if "DEPLOY" in line
    ]


def test_to_bring_it_up_again_changes_nothing_and_diff_says_so(sandbox: Sandbox) -> None:
    def events() -> dict[str, list[str]]:
        told = sandbox.client("cloudformation").describe_stack_events
        return {name: [each["EventId"] for each in told(StackName=name)["StackEvents"]] for name in sandbox.stacks()}

    before = events()
    again = sandbox.up()
    assert again["image_tag"] == sandbox.status()["image_tag"]
    assert events() == before
    diff = sandbox.cdk("diff", "--all", "--fail")
    assert diff.returncode == 0, diff.stdout + diff.stderr


def test_release_of_a_missing_image_fails_the_stack_is_told_and_the_old_version_goes_on(sandbox: Sandbox) -> None:
    with receiving() as receiver:
        for name in ("Pages", "Tickets"):
            receiver.listen(sandbox.client("sns"), topic_arn(sandbox, name), f"/{name}")
        _release_of_a_missing_image_fails(sandbox)
        failed, rolling_back = (
            receiver.wait_for(f"/{name}", Type="Notification")["Message"] for name in ("Pages", "Tickets")
        )
    assert failed.startswith('"A deployment of slipway-sandbox has failed."')
    assert '"Run: slipway diagnose sandbox"' in failed
    assert rolling_back.startswith('"slipway-sandbox is being rolled back."')
    assert "this is then the rollback, and not the release" in rolling_back
    first_line, told = diagnosis(sandbox)
    assert first_line == (
        f"The image {REPOSITORY}:{MISSING_TAG} is not in its registry. Push it, or release a tag that is there; "
        "slipway doctor sandbox --tag TAG looks for one."
    )
    assert told["cause"] == "image missing"
    assert told["rollout"]["image_tag"] == MISSING_TAG
    assert told["rollout"]["failures"] >= told["rollout"]["threshold"] == 3


def _release_of_a_missing_image_fails(sandbox: Sandbox) -> None:
    before = sandbox.status()
    stack = "slipway-sandbox-service"
    deployed = sandbox.cdk(
        *("deploy", stack, "--exclusively", "--require-approval", "never", "--parameters", f"ImageTag={MISSING_TAG}")
    )
    assert deployed.returncode != 0
    assert "Circuit Breaker" in deployed.stderr + deployed.stdout
    described = sandbox.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    assert described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    assert parameters["ImageTag"] == before["image_tag"]
    after = sandbox.status()
    assert (after["image_tag"], after["running"]) == (before["image_tag"], before["running"])
    assert get(f"{after['url']}/")["image_tag"] == before["image_tag"]
