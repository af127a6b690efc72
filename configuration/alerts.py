"""Who is told what happens in an environment."""

from pydantic import Field

from configuration.types import EmailAddress, Section


class Alerts(Section):
    """`[environments.NAME.alerts]`: who is told.

    Attributes:
        emails: subscribed to pages and tickets; AWS asks each address to confirm.
    """

    emails: tuple[EmailAddress, ...] = Field(default=(), strict=False)
