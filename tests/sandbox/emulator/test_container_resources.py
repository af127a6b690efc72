"""ECS resources without a container engine: what the template asks for arrives in the API, and deployments end."""

from collections.abc import Callable
from typing import Any

CLUSTER = {"Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "main"}}}


def task(**properties: Any) -> dict[str, Any]:
    container = {"Name": "web", "Image": "web:1", "PortMappings": [{"ContainerPort": "8000", "Protocol": "tcp"}]}
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "Family": "web",
            "Cpu": "256",
            "Memory": "512",
            "NetworkMode": "awsvpc",
            "RequiresCompatibilities": ["FARGATE"],
            "ContainerDefinitions": [{**container, **properties.pop("container", {})}],
            **properties,
        },
    }


def service(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "Cluster": {"Ref": "Cluster"},
            "TaskDefinition": {"Ref": "Task"},
            "LaunchType": "FARGATE",
            "DesiredCount": "2",
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"]}},
            **properties,
        },
    }


def test_a_task_definition_keeps_what_its_containers_are_given(aws: Callable[[str], Any], stacks: Any) -> None:
    role = "arn:aws:iam::412345678901:role/task"
    container = {
        "Secrets": [{"Name": "KEY", "ValueFrom": "arn:aws:ssm:eu-west-1:412345678901:parameter/key"}],
        "HealthCheck": {"Command": ["CMD", "true"], "Interval": "5", "StartPeriod": 10},
        "LinuxParameters": {"InitProcessEnabled": "true", "Capabilities": {"Drop": ["ALL"]}},
        "ReadonlyRootFilesystem": "true",
        "User": 10001,
        "EntryPoint": ["python"],
        "DependsOn": [{"ContainerName": "setup", "Condition": "SUCCESS"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "web", "mode": "non-blocking"}},
        "MountPoints": [{"SourceVolume": "scratch", "ContainerPath": "/tmp", "ReadOnly": False}],  # noqa: S108  # in the container
    }
    definition = task(
        container=container,
        ExecutionRoleArn=role,
        TaskRoleArn=role,
        RuntimePlatform={"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
        EphemeralStorage={"SizeInGiB": 30},
        Volumes=[{"Name": "scratch"}],
        Tags=[{"Key": "team", "Value": "platform"}],
    )
    arn = stacks.deploy({"Task": definition}, Outputs={"Arn": {"Value": {"Ref": "Task"}}})["Arn"]
    described = aws("ecs").describe_task_definition(taskDefinition=arn, include=["TAGS"])
    registered = described["taskDefinition"]
    (web,) = registered["containerDefinitions"]

    assert arn == "arn:aws:ecs:eu-west-1:412345678901:task-definition/web:1"
    assert (registered["taskRoleArn"], registered["executionRoleArn"]) == (role, role)
    assert registered["runtimePlatform"] == {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    assert registered["ephemeralStorage"] == {"sizeInGiB": 30}
    assert registered["volumes"] == [{"name": "scratch"}]
    assert {"key": "team", "value": "platform"} in described["tags"]
    assert web["portMappings"] == [{"containerPort": 8000, "protocol": "tcp"}]
    assert web["secrets"] == [{"name": "KEY", "valueFrom": container["Secrets"][0]["ValueFrom"]}]  # type: ignore[index]  # as deep as a template is
    assert web["healthCheck"] == {"command": ["CMD", "true"], "interval": 5, "startPeriod": 10}
    assert web["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    assert (web["readonlyRootFilesystem"], web["user"], web["entryPoint"]) == (True, "10001", ["python"])
    assert web["dependsOn"] == [{"containerName": "setup", "condition": "SUCCESS"}]
    assert web["logConfiguration"]["options"] == {"awslogs-group": "web", "mode": "non-blocking"}
    assert web["mountPoints"] == [{"sourceVolume": "scratch", "containerPath": "/tmp", "readOnly": False}]  # noqa: S108  # likewise


def test_tags_change_a_revision_and_anything_else_makes_a_new_one(aws: Callable[[str], Any], stacks: Any) -> None:
    ecs = aws("ecs")

    def active() -> list[str]:
        return [arn.rpartition("/")[2] for arn in ecs.list_task_definitions()["taskDefinitionArns"]]

    stacks.deploy({"Task": task(Tags=[{"Key": "a", "Value": "1"}])})
    stacks.deploy({"Task": task(Tags=[{"Key": "b", "Value": "2"}])})
    tags = ecs.list_tags_for_resource(resourceArn=stacks.reference("Task"))["tags"]
    assert {tag["key"] for tag in tags if not tag["key"].startswith("aws:")} == {"b"}
    assert active() == ["web:1"]

    stacks.deploy({"Task": task(Cpu="512")})
    assert active() == ["web:2"]

    stacks.delete()
    assert active() == []


def test_a_misspelt_property_is_named_with_its_place(stacks: Any) -> None:
    stacks.deploy({"Task": task(container={"Secret": []})}, expect="ROLLBACK_COMPLETE")
    assert "RegisterTaskDefinition.ContainerDefinitions[0].Secret is not known to the API" in stacks.reasons()


def test_a_missing_property_is_named(stacks: Any) -> None:
    log = {"Type": "AWS::EC2::FlowLog", "Properties": {"TrafficType": "ALL"}}
    stacks.deploy({"Log": log}, expect="ROLLBACK_COMPLETE")
    assert "The property 'ResourceId' is missing." in stacks.reasons()


def test_a_cluster_gets_changes_and_loses_its_capacity_providers(aws: Callable[[str], Any], stacks: Any) -> None:
    def associated(*weights: int) -> dict[str, Any]:
        strategy = [
            {"CapacityProvider": provider, "Weight": weight}
            for provider, weight in zip(("FARGATE", "FARGATE_SPOT"), weights, strict=True)
        ]
        properties = {
            "Cluster": {"Ref": "Cluster"},
            "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "DefaultCapacityProviderStrategy": strategy,
        }
        providers = {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "Properties": properties}
        return {**CLUSTER, "Providers": providers}

    def cluster() -> dict[str, Any]:
        described: dict[str, Any] = aws("ecs").describe_clusters(clusters=["main"])["clusters"][0]
        return described

    stacks.deploy(associated(1, 0))
    assert cluster()["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert [entry["weight"] for entry in cluster()["defaultCapacityProviderStrategy"]] == [1, 0]
    assert stacks.reference("Providers") == "main"

    stacks.deploy(associated(1, 3))
    assert [entry["weight"] for entry in cluster()["defaultCapacityProviderStrategy"]] == [1, 3]

    stacks.deploy(CLUSTER)
    assert cluster()["capacityProviders"] == cluster()["defaultCapacityProviderStrategy"] == []


def test_a_service_without_an_engine_completes_and_keeps_its_properties(aws: Callable[[str], Any], stacks: Any) -> None:
    outputs = {"Arn": {"Value": {"Ref": "Service"}}, "Name": {"Value": {"Fn::GetAtt": ["Service", "Name"]}}}
    breaker = {
        "Enable": True,
        "Rollback": True,
        "ResetOnHealthyTask": False,
        "ThresholdConfiguration": {"Type": "COUNT", "Value": "5"},
    }
    properties = {
        "HealthCheckGracePeriodSeconds": "45",
        "EnableExecuteCommand": "true",
        "EnableECSManagedTags": True,
        "PropagateTags": "SERVICE",
        "PlatformVersion": "1.4.0",
        "DeploymentConfiguration": {
            "DeploymentCircuitBreaker": breaker,
            "Alarms": {"AlarmNames": ["errors"], "Enable": True, "Rollback": True},
        },
        "Tags": [{"Key": "team", "Value": "platform"}],
    }
    resources = {**CLUSTER, "Task": task(), "Service": service(**properties)}
    created = stacks.deploy(resources, Outputs=outputs)

    (described,) = aws("ecs").describe_services(cluster="main", services=[created["Arn"]], include=["TAGS"])["services"]
    assert (described["serviceArn"], described["serviceName"]) == (created["Arn"], created["Name"])
    assert created["Arn"] == f"arn:aws:ecs:eu-west-1:412345678901:service/main/{created['Name']}"
    prefix, _, suffix = created["Name"].rpartition("-")
    assert (prefix, len(suffix)) == ("Stack-Service", 12)
    assert (described["desiredCount"], described["runningCount"]) == (2, 2)
    assert [deployment["rolloutState"] for deployment in described["deployments"]] == ["COMPLETED"]
    assert described["healthCheckGracePeriodSeconds"] == 45
    assert (described["enableExecuteCommand"], described["enableECSManagedTags"]) == (True, True)
    assert (described["propagateTags"], described["platformVersion"]) == ("SERVICE", "1.4.0")
    assert described["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == ["subnet-1"]
    assert {"key": "team", "value": "platform"} in described["tags"]
    assert described["deploymentConfiguration"] == {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "resetOnHealthyTask": False,
            "thresholdConfiguration": {"type": "COUNT", "value": 5},
        },
        "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
    }


def test_a_service_is_updated_scaled_and_deleted(aws: Callable[[str], Any], stacks: Any) -> None:
    ecs = aws("ecs")

    def resources(revision: str, count: int, **properties: Any) -> dict[str, Any]:
        return {
            **CLUSTER,
            "Task": task(Cpu=revision),
            "Service": service(DesiredCount=count, ServiceName="web", **properties),
        }

    def described() -> dict[str, Any]:
        found: dict[str, Any] = ecs.describe_services(cluster="main", services=["web"], include=["TAGS"])["services"][0]
        return found

    stacks.deploy(resources("256", 1))
    first = stacks.reference("Service")
    stacks.deploy(resources("512", 1))
    assert described()["taskDefinition"] == stacks.reference("Task")
    assert [deployment["rolloutState"] for deployment in described()["deployments"]] == ["COMPLETED"]

    stacks.deploy(resources("512", 3, HealthCheckGracePeriodSeconds=7, Tags=[{"Key": "a", "Value": "1"}]))
    assert described()["runningCount"] == 3
    assert described()["healthCheckGracePeriodSeconds"] == 7
    assert {"key": "a", "value": "1"} in described()["tags"]
    assert stacks.reference("Service") == first

    stacks.deploy(resources("512", 3))
    assert described()["healthCheckGracePeriodSeconds"] == 0

    stacks.deploy({**CLUSTER, "Task": task(Cpu="512")})
    assert described()["status"] == "INACTIVE"
    assert ecs.list_tasks(cluster="main", serviceName="web")["taskArns"] == []


def test_a_service_that_was_deleted_by_hand_fails_the_update(aws: Callable[[str], Any], stacks: Any) -> None:
    def resources(count: int) -> dict[str, Any]:
        return {**CLUSTER, "Task": task(), "Service": service(ServiceName="web", DesiredCount=count)}

    stacks.deploy(resources(1))
    aws("ecs").delete_service(cluster="main", service="web", force=True)
    stacks.deploy(resources(2), expect="UPDATE_ROLLBACK_FAILED")
    assert f"There is no active service {stacks.reference('Service')}." in stacks.reasons()


def test_a_nonce_forces_a_deployment_of_the_same_revision(aws: Callable[[str], Any], stacks: Any) -> None:
    def resources(nonce: str) -> dict[str, Any]:
        force = {"EnableForceNewDeployment": True, "ForceNewDeploymentNonce": nonce}
        return {**CLUSTER, "Task": task(), "Service": service(ServiceName="web", ForceNewDeployment=force)}

    def deployment() -> str:
        (found,) = aws("ecs").describe_services(cluster="main", services=["web"])["services"][0]["deployments"]
        return str(found["id"])

    stacks.deploy(resources("1"))
    first = deployment()
    stacks.deploy(resources("2"))
    assert deployment() != first


def test_a_change_of_the_name_replaces_the_service(aws: Callable[[str], Any], stacks: Any) -> None:
    stacks.deploy({**CLUSTER, "Task": task(), "Service": service(ServiceName="old")})
    stacks.deploy({**CLUSTER, "Task": task(), "Service": service(ServiceName="new")})
    arns = aws("ecs").list_services(cluster="main")["serviceArns"]
    assert arns == [stacks.reference("Service")] == ["arn:aws:ecs:eu-west-1:412345678901:service/main/new"]


def test_a_change_set_announces_what_a_new_image_replaces(aws: Callable[[str], Any], stacks: Any) -> None:
    """What a deployment by parameter shows: the task definition is replaced, the service is not."""
    parameters = {"Tag": {"Type": "String"}}
    image = {"Image": {"Fn::Sub": "web:${Tag}"}}
    stacks.deploy(
        {**CLUSTER, "Task": task(container=image), "Service": service()}, Parameters=parameters, parameters={"Tag": "1"}
    )
    cloudformation = aws("cloudformation")
    cloudformation.create_change_set(
        StackName="Stack",
        ChangeSetName="next",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Tag", "ParameterValue": "2"}],
    )
    changes = cloudformation.describe_change_set(StackName="Stack", ChangeSetName="next")["Changes"]
    assert {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]["Replacement"] for c in changes} == {
        "Task": "True",
        "Service": "False",
    }
