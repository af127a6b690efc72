"""Where the service's images are kept."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct


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
        reader_accounts: Sequence[str],
        removal_policy: RemovalPolicy,
    ) -> None:
        """Create the repository.

        Args:
            releases_kept: images beyond this number expire, the oldest first.
            reader_accounts: other accounts that may pull.
            removal_policy: when the stack is deleted; with DESTROY its images go too.
        """
        super().__init__(scope, id)
        self.repository = ecr.Repository(
            self,
            "Repository",
            repository_name=repository_name,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.AES_256,
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
            self.repository.grant_pull(iam.AccountPrincipal(account))
