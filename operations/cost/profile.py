"""What templates do not say: how much an environment is used."""

from dataclasses import dataclass

HOURS = 730
"""Of a month, as AWS's own calculator counts them."""


@dataclass(frozen=True)
class Profile:
    """The traffic of one environment in a month. The defaults are those of a small service.

    Attributes:
        requests: that the load balancer takes; each is counted as a connection of its own, which is the dearest case.
        gigabytes_out: that the load balancer sends to clients on the internet.
        gigabytes_processed: between the tasks and what is outside their subnets, such as images, AWS's APIs and the
            internet; billed where NAT gateways or interface endpoints carry them.
        log_gigabytes: that the containers write.
        flow_log_gigabytes: that the flow logs of a VPC record.
        firewall_log_gigabytes: that AWS WAF records.
        image_gigabytes: that the registry keeps, of all environments.
        emails: that a topic sends to each subscribed address.
        series: of metrics that a task gives, where Prometheus takes them in; the sample service has some 300.
        queried_billions: of samples that rules and dashboards read in Prometheus.
    """

    requests: int = 1_000_000
    gigabytes_out: float = 10
    gigabytes_processed: float = 10
    log_gigabytes: float = 1
    flow_log_gigabytes: float = 1
    firewall_log_gigabytes: float = 0.1
    image_gigabytes: float = 10
    emails: int = 100
    series: int = 300
    queried_billions: float = 100
