"""What ECR knows of images."""

import json
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

from operations.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
"""Media types of what names one manifest for each platform."""

MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
"""Media types of one image."""

PLATFORMS = {"arm64": "arm64", "x86_64": "amd64"}
"""What images call the processors that ECS and slipway.toml name so."""

DOWNLOAD_SECONDS = 10
"""For one answer of the registry: somebody sits and waits."""


class RepositoryMissingError(Exception):
    """There is no such repository."""


class Ecr:
    """ECR in one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._endpoint = aws.endpoint
        self._client: ECRClient = aws.client("ecr")

    def has(self, repository: str, tag: str) -> bool:
        """Whether the repository exists and has an image of that tag."""
        missing = self._client.exceptions.RepositoryNotFoundException, self._client.exceptions.ImageNotFoundException
        try:
            self._client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except missing:
            return False
        return True

    def digest(self, registry: str, repository: str, tag: str) -> str | None:
        """The digest of the image of that tag; None if the repository has none.

        Args:
            registry: the account of the repository.

        Raises:
            RepositoryMissingError: there is no such repository.
        """
        image: ImageIdentifierTypeDef = {"imageTag": tag}
        try:
            found = self._client.describe_images(registryId=registry, repositoryName=repository, imageIds=[image])
        except self._client.exceptions.ImageNotFoundException:
            return None
        except self._client.exceptions.RepositoryNotFoundException as error:
            raise RepositoryMissingError(repository) from error
        return next((each.get("imageDigest", "") for each in found["imageDetails"]), None)

    def architectures(self, registry: str, repository: str, digest: str) -> set[str]:
        """The processors that an image was built for, such as `arm64` and `amd64`; empty where it does not say.

        An index says so itself. Of a single image only its configuration does, which is fetched from the repository.

        Raises:
            OSError: the configuration cannot be downloaded.
        """
        answer = self._client.batch_get_image(
            registryId=registry,
            repositoryName=repository,
            imageIds=[{"imageDigest": digest}],
            acceptedMediaTypes=[*INDEXES, *MANIFESTS],
        )
        manifest: dict[str, Any] = next(
            (json.loads(each.get("imageManifest") or "{}") for each in answer.get("images", [])), {}
        )
        if "manifests" in manifest:
            platforms = [each.get("platform", {}) for each in manifest["manifests"]]
            # Attestations of BuildKit are entries too, of the platform unknown/unknown.
            return {str(each["architecture"]) for each in platforms if each.get("architecture", "unknown") != "unknown"}
        return self._architecture_of(registry, repository, manifest.get("config", {}).get("digest"))

    def _architecture_of(self, registry: str, repository: str, configuration: str | None) -> set[str]:
        if not configuration:
            return set()
        opener = build_opener(ProxyHandler({})) if self._endpoint else build_opener()  # no proxy leads to the sandbox
        url = self._url_of(registry, repository, configuration)
        with opener.open(url, timeout=DOWNLOAD_SECONDS) as answer:
            architecture = json.loads(answer.read()).get("architecture")
        return {str(architecture)} if architecture else set()

    def _url_of(self, registry: str, repository: str, digest: str) -> str:
        if self._endpoint:  # the emulated ECR names a host of AWS; what was pushed is in its own registry
            return f"{self._endpoint}/v2/{repository}/blobs/{digest}"
        return self._client.get_download_url_for_layer(
            registryId=registry, repositoryName=repository, layerDigest=digest
        )["downloadUrl"]
