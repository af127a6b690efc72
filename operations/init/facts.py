"""What need not be asked for: what git, GitHub and AWS know already."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from configuration import ConfigurationError
from operations.gateways.github_repository import Repository, look_up
from operations.init.account import Account, look
from operations.init.remote import Remote, parsed, remote

MIN_ZONES = 2
"""What a load balancer needs."""

FULL_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")

Say = Callable[[str], None]


@dataclass
class Facts:
    """What is known, asked for when it is needed, and once.

    Attributes:
        remote: of git.
        account: of the AWS session.
        say: tells why something is not known.
    """

    remote: Remote | None
    account: Account
    say: Say
    _repositories: dict[str, Repository | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.zones_of_session = cache(self.account.zones)
        self.hosted_zone_of_session = cache(self.account.hosted_zone)

    @property
    def repository(self) -> str:
        """What the remote of git is called on GitHub; empty if it is not there."""
        return self.remote.full_name if self.remote and self.remote.on_github else ""

    def name_of(self, repository: str) -> str:
        """What GitHub calls it now; of an address, the repository in it.

        Raises:
            ConfigurationError: owner or name is missing.
        """
        typed, repository = repository, parsed(repository).full_name or repository
        if not all(repository.partition("/")):
            raise ConfigurationError(f"must be OWNER/NAME, such as acme/shop, or its address, is {typed!r}")
        found = self._found(repository)
        if found and found.full_name != repository:
            self.say(f"GitHub calls it {found.full_name}.")
            self._repositories[found.full_name] = found
        return found.full_name if found else repository

    def id_of(self, key: str, repository: str) -> str:
        """`owner_id` or `repository_id` of it; empty if GitHub does not say."""
        found = self._found(repository)
        return str(getattr(found, key)) if found else ""

    def knows_branch(self, repository: str) -> bool:
        """Whether GitHub or git knows its default branch."""
        return bool(self._branch(repository))

    def default_branch(self, repository: str) -> str:
        """Its default branch: as GitHub says, or git, or else `main`."""
        return self._branch(repository) or "main"

    def zones(self, account: str, region: str) -> list[str]:
        """The zones that the account has there; empty if the session is not of that account."""
        found = self.zones_of_session(region) if account and account == self.account.id else []
        return found if len(found) >= MIN_ZONES else []

    def zone_of(self, account: str, domain: str) -> str:
        """The hosted zone that holds this domain: one of the account, or else what is behind the first dot."""
        candidates = [domain, domain.partition(".")[2]]
        return next((each for each in candidates if self.zone_id(account, each)), candidates[-1])

    def zone_id(self, account: str, zone: str) -> str:
        """The id of that hosted zone; empty if the session is not of that account."""
        return self.hosted_zone_of_session(zone) if account == self.account.id and zone else ""

    def _branch(self, repository: str) -> str:
        found = self._found(repository)
        if found:
            return found.default_branch
        return self.remote.default_branch if self.remote and repository == self.repository else ""

    def _found(self, repository: str) -> Repository | None:
        if not FULL_NAME.fullmatch(repository):
            return None
        if repository not in self._repositories:
            answer = look_up(repository)
            self._repositories[repository] = answer if isinstance(answer, Repository) else None
            if isinstance(answer, str):
                self.say(f"The ids of {repository} are not known: {answer}.")
        return self._repositories[repository]


def gathered(folder: Path, say: Say) -> Facts:
    """What the shell in that folder has."""
    here, account = remote(folder), look()
    if here and not here.on_github and here.host:
        say(f"The remote origin is on {here.host}: only workflows of github.com can be trusted.")
    if account.trouble:
        say(f"The AWS account is not known: {account.trouble}.")
    return Facts(here, account, say)
