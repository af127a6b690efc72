"""The ECR repository that holds the service's images."""

from pydantic import Field

from configuration.types import AccountId, EcrRepositoryName, Region, Section


class Registry(Section):
    """`[registry]`: one ECR repository for all environments, in one account and region.

    Attributes:
        releases_kept: how many images stay; the oldest expire first. ECR itself holds up to 20,000
            (Amazon ECR service quotas).
    """

    account: AccountId
    region: Region
    repository: EcrRepositoryName = "slipway"
    releases_kept: int = Field(default=30, ge=2, le=20_000)
