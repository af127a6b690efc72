"""A token of GitHub's, read but not verified: what it claims."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.errors import ExitCode, OperationError


@dataclass(frozen=True)
class Token:
    """What a token claims.

    Attributes:
        claims: name to value; those that are text.
        expires_at: None if it does not say.
    """

    claims: Mapping[str, str]
    expires_at: datetime | None

    @property
    def subject(self) -> str:
        """The claim `sub`; empty if there is none."""
        return self.claims.get("sub", "")


def decode(text: str) -> Token:
    """The claims of that JSON Web Token; nobody's signature is looked at.

    Raises:
        OperationError: it is none.
    """
    try:
        _, encoded, _ = text.strip().split(".")
        payload = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        expires = payload.get("exp")
        claims = {str(name): str(value) for name, value in payload.items() if isinstance(value, str | int)}
        return Token(claims, datetime.fromtimestamp(expires, UTC) if isinstance(expires, int) else None)
    except (ValueError, binascii.Error, AttributeError) as error:
        raise OperationError(
            "what --token names is not a JSON Web Token",
            fix='In a job with permissions: id-token: write, curl -sH "Authorization: bearer '
            '$ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" | '
            "jq -r .value prints one.",
            exit_code=ExitCode.BAD_INPUT,
        ) from error
