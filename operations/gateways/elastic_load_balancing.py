"""What Elastic Load Balancing knows of load balancers and targets."""

from operations.aws import Aws


class ElasticLoadBalancing:
    """Elastic Load Balancing v2 in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("elbv2", endpoint_url=aws.endpoint, config=aws.config)

    def name_of(self, load_balancer_arn: str) -> str:
        """The name of that load balancer."""
        return self._client.describe_load_balancers(LoadBalancerArns=[load_balancer_arn])["LoadBalancers"][0][
            "LoadBalancerName"
        ]

    def register(self, target_group_arn: str, address: str, port: int) -> None:
        """Add a target, in the place of one at another port of the same address."""
        self._client.deregister_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": address}])
        self._client.register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": address, "Port": port}])
