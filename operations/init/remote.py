"""Which repository of GitHub this is, as git knows it."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

GITHUB = {"github.com", "www.github.com", "ssh.github.com"}
SCP = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>[^/].*)")
"""`git@github.com:OWNER/REPOSITORY.git`, as git takes it beside addresses ("GIT URLS" of git-fetch)."""


@dataclass(frozen=True)
class Remote:
    """Where git pushes to.

    Attributes:
        host: empty if it is a folder.
        full_name: `OWNER/REPOSITORY`; empty if the address has no such form.
        default_branch: as the remote said when it was cloned; empty if it did not.
    """

    host: str
    full_name: str
    default_branch: str = ""

    @property
    def on_github(self) -> bool:
        """Whether it is on github.com; so is a host of SSH's own configuration that is called after it."""
        return self.host in GITHUB or ("github" in self.host and "." not in self.host)


def remote(folder: Path) -> Remote | None:
    """The remote `origin` of the work tree around that folder; None if there is no git, no work tree or no remote."""
    address = _git(folder, "remote", "get-url", "origin")
    if not address:
        return None
    head = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    found = parsed(address)
    return Remote(found.host, found.full_name, head.removeprefix("origin/"))


def parsed(address: str) -> Remote:
    """What that address names."""
    if "://" in address:
        url = urlsplit(address)
        host, path = url.hostname or "", url.path
    elif match := SCP.fullmatch(address):
        host, path = match["host"].lower(), match["path"]
    else:
        host, path = "", ""
    parts = path.strip("/").removesuffix(".git").split("/")
    return Remote(host, "/".join(parts) if len(parts) == 2 and all(parts) else "")  # noqa: PLR2004 - owner and name


def _git(folder: Path, *words: str) -> str:
    try:
        ended = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except OSError:  # it is not installed
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""
