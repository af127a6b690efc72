"""Who answers."""

from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.dependencies import CurrentSettings

router = APIRouter(tags=["service"])


class ServiceIdentity(BaseModel):
    """Which service answers, in which version, from which image, and where it runs."""

    name: str
    version: str
    image_tag: str
    environment: str


@router.get("/")
async def identity(settings: CurrentSettings) -> ServiceIdentity:
    """Tell which service answers. After a deployment, `image_tag` tells whether it is the new one."""
    return ServiceIdentity(
        name=settings.service_name,
        version=__version__,
        image_tag=settings.image_tag,
        environment=settings.environment,
    )
