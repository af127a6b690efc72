"""Where the service's images are kept."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

READ = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
)
"""Pulling, and seeing which images there are before one is deployed."""


class ImageRepository(Construct):
    """An ECR repository whose tags never move and whose images are scanned.

    Attributes:
        repository: the repository.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        repository_name: str,
        releases_kept: int,
        encrypted_with_own_key: bool,
        reader_accounts: Sequence[str],
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the repository.

        Args:
            releases_kept: images beyond this number expire, the oldest first.
            encrypted_with_own_key: a KMS key is created for it; otherwise ECR's own key is used.
            reader_accounts: other accounts that may pull images, and see which there are.
            removal_policy: when the stack is deleted; with DESTROY its images go too.
        """
        super().__init__(scope, id)
        key = (
            kms.Key(self, "Key", enable_key_rotation=True, removal_policy=removal_policy)
            if encrypted_with_own_key
            else None
        )
        self.repository = ecr.Repository(
            self,
            "Repository",
            repository_name=repository_name,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.KMS if key else ecr.RepositoryEncryption.AES_256,
            encryption_key=key,
            removal_policy=removal_policy,
            empty_on_delete=removal_policy is RemovalPolicy.DESTROY,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="untagged images after a week",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=Duration.days(7),
                ),
                ecr.LifecycleRule(
                    description="the oldest releases",
                    tag_status=ecr.TagStatus.TAGGED,
                    tag_prefix_list=["sha-"],
                    max_image_count=releases_kept,
                ),
            ],
        )
        for account in reader_accounts:
            self.repository.grant(iam.AccountPrincipal(account), *READ)
