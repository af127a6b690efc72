"""What ECR knows of images."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, build_opener

from operations.aws import Aws

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
"""Media types of what names one manifest for each platform."""

MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
"""Media types of one image."""

DOWNLOAD_SECONDS = 10


class RepositoryMissingError(Exception):
    """There is no such repository."""


@dataclass(frozen=True)
class Image:
    """An image of a repository.

    Attributes:
        digest: `sha256:...`.
        manifest: of one image, or an index of several.
    """

    digest: str
    manifest: dict[str, Any]


class Ecr:
    """ECR in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._endpoint = aws.endpoint
        self._client = aws.session.client("ecr", endpoint_url=aws.endpoint, config=aws.config)

    def has(self, repository: str, tag: str) -> bool:
        """Whether the repository exists and has an image of that tag."""
        missing = self._client.exceptions.RepositoryNotFoundException, self._client.exceptions.ImageNotFoundException
        try:
            self._client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except missing:
            return False
        return True

    def image(self, registry: str, repository: str, tag: str) -> Image | None:
        """The image of that tag; None if the repository has none.

        Args:
            registry: the account of the repository.

        Raises:
            RepositoryMissingError: there is no such repository.
        """
        try:
            answer = self._client.batch_get_image(
                registryId=registry,
                repositoryName=repository,
                imageIds=[{"imageTag": tag}],
                acceptedMediaTypes=[*INDEXES, *MANIFESTS],
            )
        except self._client.exceptions.RepositoryNotFoundException as error:
            raise RepositoryMissingError(repository) from error
        for each in answer.get("images", []):
            return Image(each["imageId"].get("imageDigest", ""), json.loads(each.get("imageManifest") or "{}"))
        return None

    def architectures(self, registry: str, repository: str, image: Image) -> set[str]:
        """The processors that the image was built for, such as `arm64` and `amd64`; empty where it does not say.

        An index says so itself. Of a single image only its configuration does, which is fetched from the repository.

        Raises:
            OSError: the configuration cannot be downloaded.
        """
        if "manifests" in image.manifest:
            platforms = [each.get("platform", {}) for each in image.manifest["manifests"]]
            # Attestations of BuildKit are entries too, of the platform unknown/unknown.
            return {str(each["architecture"]) for each in platforms if each.get("architecture", "unknown") != "unknown"}
        digest = image.manifest.get("config", {}).get("digest")
        if not digest:
            return set()
        opener = build_opener(ProxyHandler({})) if self._endpoint else build_opener()  # no proxy leads to the sandbox
        with opener.open(self._url_of(registry, repository, digest), timeout=DOWNLOAD_SECONDS) as answer:
            architecture = json.loads(answer.read()).get("architecture")
        return {str(architecture)} if architecture else set()

    def _url_of(self, registry: str, repository: str, digest: str) -> str:
        if self._endpoint:  # the emulated ECR names a host of AWS; what was pushed is in its own registry
            return f"{self._endpoint}/v2/{repository}/blobs/{digest}"
        return self._client.get_download_url_for_layer(
            registryId=registry, repositoryName=repository, layerDigest=digest
        )["downloadUrl"]
