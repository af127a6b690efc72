"""The GitHub repository whose workflows may reach AWS."""

from pydantic import Field

from configuration.types import BranchName, GitHubOwner, GitHubRepositoryName, Section


class GitHub(Section):
    """`[github]`: the repository, by name and by the numeric ids that survive a rename.

    `gh api repos/OWNER/REPOSITORY --jq '{owner_id: .owner.id, repository_id: .id}'` prints the ids.

    Attributes:
        owner_id: omitted, the owner is trusted by name only.
        repository_id: omitted, the repository is trusted by name only.
        default_branch: whose workflows GitHub runs on a schedule.
    """

    owner: GitHubOwner
    repository: GitHubRepositoryName
    owner_id: int | None = Field(default=None, gt=0)
    repository_id: int | None = Field(default=None, gt=0)
    default_branch: BranchName = "main"

    @property
    def full_name(self) -> str:
        """`OWNER/REPOSITORY`, as GitHub writes it."""
        return f"{self.owner}/{self.repository}"

    def subjects(self, context: str) -> tuple[str, ...]:
        """The `sub` claims of this repository's tokens in that context.

        Repositories created, renamed or transferred since 2026-07-15 send their ids in the subject, older ones do not
        (GitHub's OpenID Connect reference).

        Args:
            context: what follows the repository in the claim, such as `environment:prod` or `ref:refs/heads/main`.
        """
        subjects = [f"repo:{self.full_name}:{context}"]
        if self.owner_id is not None and self.repository_id is not None:
            subjects.append(f"repo:{self.owner}@{self.owner_id}/{self.repository}@{self.repository_id}:{context}")
        return tuple(subjects)
