"""What Service Quotas allows."""

from typing import TYPE_CHECKING

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_service_quotas import ServiceQuotasClient


class ServiceQuotas:
    """Service Quotas in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client: ServiceQuotasClient = aws.client("service-quotas")

    def value(self, service_code: str, quota_code: str) -> float:
        """The quota that applies to the account; AWS's default if it never was changed."""
        try:
            quota = self._client.get_service_quota(ServiceCode=service_code, QuotaCode=quota_code)["Quota"]
        except self._client.exceptions.NoSuchResourceException:
            quota = self._client.get_aws_default_service_quota(ServiceCode=service_code, QuotaCode=quota_code)["Quota"]
        return quota["Value"]
