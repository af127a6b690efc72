"""How clients reach the service of one environment."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.hosted_name import HostedName
from configuration.types import PathPattern, Section

# Each has a rule of its own, before those of the dashboards, which begin at priority 50 (stacks/dashboards.py).
MAX_PATHS = 49

# Of one rule of a listener: "Quotas for your Application Load Balancers".
MAX_WILDCARDS = 5


class Firewall(Section):
    """`[environments.NAME.load_balancer.firewall]`: AWS WAF in front of the load balancer.

    Attributes:
        requests_per_five_minutes: of one client address, above which it is refused until it slows down; the bounds are
            those of RateBasedStatement in the AWS WAF API reference.
    """

    requests_per_five_minutes: int = Field(default=2000, ge=10, le=2_000_000_000)


class LoadBalancer(HostedName):
    """`[environments.NAME.load_balancer]`: HTTPS with a certificate that exists or is created, or plain HTTP.

    Attributes:
        certificate_arn: HTTPS with this certificate; HTTP is redirected to it.
        domain: the name that clients use. With a hosted zone, its certificate and records are created; with
            certificate_arn, it only names the URL.
        hosted_zone_id: the Route 53 zone that the records of the domain go into.
        hosted_zone: the name of that zone; the domain is it or lies in it.
        plain_http: HTTP without a certificate.
        deletion_protection: omitted, as `retain_data` (see `Environment.deletion_protection`).
        private_paths: answered with 404 to clients, with what is below them; `*` and `?` stand for any characters and
            any one. A rule of the load balancer takes five of these: two in a path, five in one that ends in `*`.
        access_log_days: how long access logs are kept.
        firewall: omitted, there is none.
    """

    plain_http: bool = False
    deletion_protection: bool | None = None
    private_paths: tuple[PathPattern, ...] = Field(default=("/metrics", "/health/ready"), strict=False)
    access_log_days: int = Field(default=90, ge=1, le=3650)
    firewall: Firewall | None = None

    @field_validator("private_paths")
    @classmethod
    def _each_path_fits_into_a_rule(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        """What does not end in `*` stands there twice, the second time for what is below it (Ingress)."""
        if len(paths) > MAX_PATHS:
            raise ValueError(f"must be at most {MAX_PATHS}, each of which is a rule of the listener, are {len(paths)}")
        for index, path in enumerate(paths):
            own = path.count("*") + path.count("?")
            count, both = (own, "") if path.endswith("*") else (2 * own + 1, ", with those of what is below it")
            if count > MAX_WILDCARDS:
                raise KeyedValueError(
                    (index,),
                    f"must have at most {MAX_WILDCARDS} wildcards * and ?, what a rule of the listener takes, "
                    f"has {count}{both}",
                )
        return paths

    @model_validator(mode="after")
    def _encrypted_in_one_way_or_plain(self) -> Self:
        if self.domain and self.plain_http:
            raise KeyedValueError(
                ("domain",), "must not be given with plain_http = true: it is served with a certificate"
            )
        ways = (self.certificate_arn is not None, self.hosted_zone is not None, self.plain_http)
        if sum(ways) != 1:
            raise ValueError(
                "must have either certificate_arn, or domain with hosted_zone_id and hosted_zone, or plain_http = true"
            )
        return self
