"""In which availability zones the tasks of a service are."""

from collections import Counter
from collections.abc import Callable
from typing import Any


def test_tasks_are_spread_over_the_zones_of_their_subnets(aws: Callable[[str], Any]) -> None:
    ec2, ecs = aws("ec2"), aws("ecs")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{index}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for index, zone in enumerate(("eu-west-1b", "eu-west-1c"))
    ]
    ecs.create_cluster(clusterName="main")
    container = {"name": "web", "image": "web:1", "memory": 128}
    ecs.register_task_definition(family="web", networkMode="awsvpc", containerDefinitions=[container])
    ecs.create_service(
        cluster="main",
        serviceName="web",
        taskDefinition="web",
        desiredCount=4,
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
    )
    arns = ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
    tasks = ecs.describe_tasks(cluster="main", tasks=arns)["tasks"]
    assert Counter(task["availabilityZone"] for task in tasks) == {"eu-west-1b": 2, "eu-west-1c": 2}
