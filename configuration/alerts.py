"""Who is told what happens in an environment."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from configuration.types import EmailAddress, SecretArn, Section, SlackChannelId, SlackWorkspaceId


class Slack(Section):
    """`[environments.NAME.alerts.slack]`: a channel, told by Amazon Q Developer in chat applications.

    The workspace is authorised once for each account, by hand, in that service's console; into a private channel its
    bot has to be invited (`/invite @Amazon Q`).

    Attributes:
        workspace_id: as that console shows it.
        channel_id: the last part of the channel's link.
    """

    workspace_id: SlackWorkspaceId
    channel_id: SlackChannelId


class Alerts(Section):
    """`[environments.NAME.alerts]`: who is told.

    Attributes:
        emails: subscribed to pages and tickets; AWS asks each address to confirm.
        pagerduty_secret_arn: of a secret whose JSON has the `routing_key` of an Events API v2 integration; omitted,
            PagerDuty is told nothing.
        pagerduty_region: the service region of the PagerDuty account ("Service Regions", PagerDuty).
        slack: omitted, Slack is told nothing.
    """

    emails: tuple[EmailAddress, ...] = Field(default=(), strict=False)
    pagerduty_secret_arn: SecretArn | None = None
    pagerduty_region: Literal["us", "eu"] = "us"
    slack: Slack | None = None

    @field_validator("pagerduty_region")
    @classmethod
    def _region_is_of_an_account(cls, region: str, info: ValidationInfo) -> str:
        if "pagerduty_secret_arn" in info.data and info.data["pagerduty_secret_arn"] is None:
            raise ValueError("must not be given without pagerduty_secret_arn")
        return region
