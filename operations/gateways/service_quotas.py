"""What Service Quotas allows."""

from operations.aws import Aws


class ServiceQuotas:
    """Service Quotas in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("service-quotas", endpoint_url=aws.endpoint, config=aws.config)

    def value(self, service_code: str, quota_code: str) -> float:
        """The quota that applies to the account; AWS's default if it never was changed."""
        try:
            quota = self._client.get_service_quota(ServiceCode=service_code, QuotaCode=quota_code)["Quota"]
        except self._client.exceptions.NoSuchResourceException:
            quota = self._client.get_aws_default_service_quota(ServiceCode=service_code, QuotaCode=quota_code)["Quota"]
        return quota["Value"]
