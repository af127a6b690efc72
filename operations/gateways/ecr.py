"""What ECR knows of images."""

from operations.aws import Aws


class Ecr:
    """ECR in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.session.client("ecr", endpoint_url=aws.endpoint, config=aws.config)

    def has(self, repository: str, tag: str) -> bool:
        """Whether the repository exists and has an image of that tag."""
        missing = self._client.exceptions.RepositoryNotFoundException, self._client.exceptions.ImageNotFoundException
        try:
            self._client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except missing:
            return False
        return True
