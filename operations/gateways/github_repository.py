"""What GitHub says of a repository to whoever asks: by its own command line if that is here, else by its public API."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT = 10
"""Seconds for one answer: somebody sits and waits."""

BY_HAND = "gh api repos/{full_name} --jq '{{owner_id: .owner.id, repository_id: .id}}'"
"""What prints the ids."""


@dataclass(frozen=True)
class Repository:
    """A repository of GitHub.

    Attributes:
        full_name: `OWNER/NAME`, as GitHub calls it now, whatever it was called before.
    """

    full_name: str
    owner_id: int
    repository_id: int
    default_branch: str


def look_up(full_name: str) -> Repository | str:
    """The repository of that name, `OWNER/NAME`; or why GitHub does not say, as it follows "because".

    `gh` sees private repositories, too; so does the API with GH_TOKEN or GITHUB_TOKEN. GITHUB_API_URL names another
    API than that of github.com.
    """
    said = _by_command(full_name) if shutil.which("gh") else None
    try:
        answer = said or _by_api(full_name)
        return Repository(answer["full_name"], answer["owner"]["id"], answer["id"], answer["default_branch"])
    except urllib.error.HTTPError as error:
        missing = "404: there is no public repository of that name" if error.code == 404 else f"{error.code}"  # noqa: PLR2004 - HTTP's code
        return f"GitHub answers {missing}"
    except (OSError, ValueError) as error:
        return f"GitHub does not answer: {getattr(error, 'reason', None) or error}"
    except (KeyError, TypeError):
        return "what answers is not GitHub"


def _by_command(full_name: str) -> Any:
    words = ["gh", "api", "--hostname", "github.com", f"repos/{full_name}"]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        return json.loads(ended.stdout) if ended.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _by_api(full_name: str) -> Any:
    api = (os.environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/")
    token = os.environ.get("GH_TOKEN") or os.environ.get("GITHUB_TOKEN")
    request = urllib.request.Request(  # noqa: S310 - the scheme is that of the API's address
        f"{api}/repos/{full_name}",
        headers={"Accept": "application/vnd.github+json", "User-Agent": "slipway"}
        | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
        return json.load(answer)
