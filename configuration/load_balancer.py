"""How clients reach the service of one environment."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.hosted_name import HostedName
from configuration.types import PathPattern, Section

# Of one rule of a listener, paths as well as wildcards in them: "Quotas for your Application Load Balancers".
MAX_PATHS = MAX_WILDCARDS = 5


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
        private_paths: answered with 404 to clients; `*` and `?` stand for any characters and any one.
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
    def _paths_fit_into_one_rule(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        if len(paths) > MAX_PATHS:
            raise ValueError(f"must be at most {MAX_PATHS}, what one rule of a listener takes, are {len(paths)}")
        wildcards = sum(path.count("*") + path.count("?") for path in paths)
        if wildcards > MAX_WILDCARDS:
            raise ValueError(
                f"must have at most {MAX_WILDCARDS} wildcards * and ?, what one rule of a listener takes, "
                f"have {wildcards}"
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
