"""The ECR repository that holds the service's images."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from configuration.types import AccountId, EcrRepositoryName, Region, Section


class Registry(Section):
    """`[registry]`: one ECR repository for all environments, in one account and region.

    Attributes:
        encryption: `aes256` with ECR's own key, or `kms` with a key of the stack; a change replaces the repository.
        rollback_depth: how many releases back a rollback has to find its image.
        releases_kept: how many images stay, those of all environments together; the oldest expire first. It has to
            exceed the builds between two releases to production, else the image that runs there expires. ECR itself
            holds up to 20,000 (Amazon ECR service quotas).
    """

    account: AccountId
    region: Region
    repository: EcrRepositoryName = "slipway"
    encryption: Literal["aes256", "kms"] = "aes256"
    rollback_depth: int = Field(default=10, ge=1, le=1000)
    releases_kept: int = Field(default=500, ge=2, le=20_000, validate_default=True)

    @field_validator("releases_kept")
    @classmethod
    def _a_rollback_finds_its_image(cls, value: int, info: ValidationInfo) -> int:
        depth = info.data.get("rollback_depth", 1)
        if value < depth:
            raise ValueError(f"must be at least registry.rollback_depth ({depth}), is {value}")
        return value
