"""A name at which people reach something, and the certificate that belongs to it."""

from typing import Self

from pydantic import ValidationInfo, field_validator, model_validator

from configuration.errors import KeyedValueError
from configuration.types import CertificateArn, DomainName, HostedZoneId, Section

# Of the first name in a certificate: RequestCertificate in the ACM API reference.
MAX_CERTIFICATE_NAME = 64


class HostedName(Section):
    """What tables have in common that name a domain.

    Attributes:
        domain: the name.
        certificate_arn: a certificate that exists.
        hosted_zone_id: or the Route 53 zone in which the certificate and the records of the domain are created.
        hosted_zone: the name of that zone; the domain is it or lies in it.
    """

    domain: DomainName | None = None
    certificate_arn: CertificateArn | None = None
    hosted_zone_id: HostedZoneId | None = None
    hosted_zone: DomainName | None = None

    @field_validator("hosted_zone")
    @classmethod
    def _the_zone_holds_the_domain(cls, zone: str | None, info: ValidationInfo) -> str | None:
        domain = info.data.get("domain")
        if zone and domain and not f".{domain}".endswith(f".{zone}"):
            raise ValueError(f"must hold the domain {domain!r}, is {zone!r}")
        return zone

    @model_validator(mode="after")
    def _zone_and_id_go_with_a_domain(self) -> Self:
        if self.hosted_zone and not self.hosted_zone_id:
            raise KeyedValueError(("hosted_zone_id",), "is required with hosted_zone")
        if self.hosted_zone_id and not self.hosted_zone:
            raise KeyedValueError(("hosted_zone",), "is required with hosted_zone_id")
        if self.hosted_zone and not self.domain:
            raise KeyedValueError(("domain",), "is required with hosted_zone: it is what the certificate is made for")
        return self

    @model_validator(mode="after")
    def _a_certificate_can_have_this_name(self) -> Self:
        if self.domain and self.hosted_zone and len(self.domain) > MAX_CERTIFICATE_NAME:
            raise KeyedValueError(
                ("domain",),
                f"must be at most {MAX_CERTIFICATE_NAME} characters for ACM to issue a certificate, "
                f"is {len(self.domain)}",
            )
        return self
