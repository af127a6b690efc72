"""The OpenID Connect tokens that workflows of GitHub present to AWS: our own, and those of everybody else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"  # what aws-actions/configure-aws-credentials asks GitHub for

# What a role is for. Several roles can be of one kind: all of them must accept the same tokens.
BUILD = "build"
DIFF = "diff"
DRIFT = "drift"


def deploy(environment: str) -> str:
    """The kind of the roles that are trusted for that environment of the GitHub repository."""
    return f"deploy {environment}"


@dataclass(frozen=True, kw_only=True)
class Token:
    """The claims of one token; None stands for a claim that it does not have.

    STS turns only some of them into condition keys. The others are here because trust policies that ask for them exist.
    """

    aud: str | None = None
    sub: str | None = None
    actor: str | None = None
    actor_id: str | None = None
    environment: str | None = None
    event_name: str | None = None
    job_workflow_ref: str | None = None
    ref: str | None = None
    ref_type: str | None = None
    repository: str | None = None
    repository_id: str | None = None
    repository_owner: str | None = None
    repository_owner_id: str | None = None
    workflow: str | None = None

    def claims(self) -> dict[str, str]:
        """The claims that it has."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Job:
    """What a job of a workflow runs for.

    Attributes:
        environment: of the repository, that the job asks for; None, it asks for none.
        workflow: the name of its workflow.
    """

    name: str
    ref: str
    environment: str | None = None
    event: str = "push"
    workflow: str = "pipeline"

    @property
    def context(self) -> str:
        """What GitHub puts last into the subject: the environment, else that it is a pull request, else the ref."""
        if self.environment is not None:
            return f"environment:{self.environment.replace(':', '%3A')}"
        return "pull_request" if self.event == "pull_request" else f"ref:{self.ref}"


def branch(name: str, *, environment: str | None = None) -> Job:
    """A push to that branch."""
    return Job(f"branch {name}{_in(environment)}", f"refs/heads/{name}", environment)


def tag(name: str, *, environment: str | None = None) -> Job:
    """A push of that tag."""
    return Job(f"tag {name}{_in(environment)}", f"refs/tags/{name}", environment)


def pull_request(*, environment: str | None = None) -> Job:
    """A pull request from a branch of the repository itself.

    One from a fork gets no token: GitHub grants its jobs `id-token: read` at most ("Permissions for the GITHUB_TOKEN").
    """
    return Job(f"pull request{_in(environment)}", "refs/pull/7/merge", environment, "pull_request")


def drift(branch: str = "main") -> Job:
    """The weekly look for drift, which GitHub runs on the default branch, or somebody by hand on another."""
    return Job(f"drift on {branch}", f"refs/heads/{branch}", event="schedule", workflow="drift")


def _in(environment: str | None) -> str:
    return "" if environment is None else f" in environment {environment}"


@dataclass(frozen=True)
class Repository:
    """A repository of GitHub, as its tokens present it."""

    owner: str
    owner_id: int
    name: str
    id: int

    def subject(self, context: str, *, immutable: bool) -> str:
        """The default subject ("OpenID Connect reference").

        Args:
            immutable: with ids, as repositories created, renamed or transferred since 2026-07-15 have it.
        """
        if immutable:
            return f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.id}:{context}"
        return f"repo:{self.owner}/{self.name}:{context}"

    def token(self, job: Job, *, immutable: bool) -> Token:
        """What GitHub issues to that job for AWS."""
        full_name = f"{self.owner}/{self.name}"
        return Token(
            aud=AUDIENCE,
            sub=self.subject(job.context, immutable=immutable),
            actor="octocat",
            actor_id="583231",
            environment=job.environment,
            event_name=job.event,
            job_workflow_ref=f"{full_name}/.github/workflows/{job.workflow}.yml@{job.ref}",
            ref=job.ref,
            ref_type="tag" if job.ref.startswith("refs/tags/") else "branch",
            repository=full_name,
            repository_id=str(self.id),
            repository_owner=self.owner,
            repository_owner_id=str(self.owner_id),
            workflow=job.workflow,
        )


@dataclass(frozen=True)
class Case:
    """A token, and the kinds of the roles that must accept it; all others must not."""

    name: str
    token: Token
    accepted_by: frozenset[str] = frozenset()


def battery(
    repository: Repository,
    *,
    build_branches: Sequence[str],
    environments: Mapping[str, str | None],
    default_branch: str = "main",
) -> list[Case]:
    """Tokens of that repository and of its enemies, all in both formats of the subject.

    Args:
        build_branches: whose pushes a role of the kind `BUILD` must accept.
        environments: the branch from which each environment may be reached. None, the role leaves that to the
            protection rules of the environment: it accepts every ref.
        default_branch: whose scheduled workflow a role of the kind `DRIFT` must accept.
    """
    trusted = [(branch(name), BUILD) for name in build_branches]
    trusted += [(branch(ref or "main", environment=name), deploy(name)) for name, ref in environments.items()]
    trusted += [(pull_request(), DIFF), (drift(default_branch), DRIFT)]
    cases = [*_own(repository, trusted, environments)]
    for job, _kind in trusted:
        for immutable in (False, True):
            for name, token in _forged(repository, job, immutable=immutable):
                cases.append(_case(name, job, token, immutable=immutable))
    cases += _without_ref(repository, environments)
    cases += _of_other_workflows(repository, build_branches, default_branch)
    return cases


def _case(who: str, job: Job, token: Token, *accepted_by: str, immutable: bool) -> Case:
    subject = "immutable" if immutable else "classic"
    return Case(f"{who}: {job.name}, {subject} subject", token, frozenset(accepted_by))


def _own(
    repository: Repository, trusted: Sequence[tuple[Job, str]], environments: Mapping[str, str | None]
) -> Iterator[Case]:
    jobs: dict[Job, tuple[str, ...]] = {job: (kind,) for job, kind in trusted}
    untrusted = [branch("feature"), branch("feature", environment="feature")]
    built = [job.ref.removeprefix("refs/heads/") for job, kind in trusted if kind == BUILD]
    for name in built:
        untrusted += [branch(f"{name}-2"), branch(f"feature/{name}"), tag(name)]
    for environment, required in environments.items():
        untrusted.append(branch(required or "main", environment=f"{environment}-2"))
        for job in (
            branch("feature", environment=environment),
            branch(f"{required or 'main'}-2", environment=environment),
            tag(required or "main", environment=environment),
            pull_request(environment=environment),
        ):
            jobs[job] = () if required else (deploy(environment),)
    for job in untrusted:
        jobs.setdefault(job, ())
    for name in built:  # a role that asks for no workflow takes the scheduled one for any other on its branch
        jobs[drift(name)] = (*jobs.get(drift(name), ()), BUILD)
    for job, kinds in jobs.items():
        for immutable in (False, True):
            yield _case("our own", job, repository.token(job, immutable=immutable), *kinds, immutable=immutable)


def _forged(repository: Repository, job: Job, *, immutable: bool) -> Iterator[tuple[str, Token]]:
    """What others present, or a faulty issuer, for a job that is trusted in our repository."""
    for who, other in _others(repository).items():
        yield who, other.token(job, immutable=immutable)
    own = repository.token(job, immutable=immutable)
    shouted = replace(repository, owner=repository.owner.upper())
    changes: dict[str, Mapping[str, str | None]] = {
        "GitHub's default audience": {"aud": f"https://github.com/{repository.owner}"},
        "no audience": {"aud": None},
        "no subject": {"sub": None},
        "no repository id": {"repository_id": None},
        "no owner id": {"repository_owner_id": None},
        "no ids": {"repository_id": None, "repository_owner_id": None},
        "owner in upper case": {"sub": shouted.subject(job.context, immutable=immutable)},
        "context in upper case": {"sub": repository.subject(job.context.upper(), immutable=immutable)},
        "subject * for the context": {"sub": repository.subject("*", immutable=immutable)},
        "subject * for the name": {"sub": f"repo:{repository.owner}/*:{job.context}"},
        "subject * alone": {"sub": "*"},
        "subject of a template of our own": {"sub": f"repository_id:{repository.id}:{job.context}"},
    }
    for what, claims in changes.items():
        yield what, replace(own, **claims)


def _others(ours: Repository) -> dict[str, Repository]:
    """Whose workflows must never get in, however much they look like ours."""
    mallory = replace(ours, owner="mallory", owner_id=6660001)
    # An id that begins with ours would pass a condition that ends in a wildcard.
    new_owner_id, new_id = ours.owner_id * 10, ours.id * 10
    return {
        "another organisation": replace(mallory, name="tools", id=6660002),
        "an organisation whose name begins with ours": replace(
            ours, owner=f"{ours.owner}-evil", owner_id=6660003, id=6660004
        ),
        "a repository whose name begins with ours": replace(ours, name=f"{ours.name}-evil", id=6660005),
        "another repository of our organisation": replace(ours, name="tools", id=6660006),
        "a workflow in a fork": replace(mallory, id=6660007),
        "our repository after its transfer": mallory,
        "whoever registered our owner's old name": replace(ours, owner_id=new_owner_id, id=new_id),
        "whoever registered our repository's old name": replace(ours, id=new_id),
    }


def _without_ref(repository: Repository, environments: Mapping[str, str | None]) -> Iterator[Case]:
    for environment, required in environments.items():
        job = branch(required or "main", environment=environment)
        for immutable in (False, True):
            token = replace(repository.token(job, immutable=immutable), ref=None)
            yield _case("no ref", job, token, *(() if required else (deploy(environment),)), immutable=immutable)


def _of_other_workflows(repository: Repository, build_branches: Sequence[str], default_branch: str) -> Iterator[Case]:
    kinds = [BUILD] if default_branch in build_branches else []
    job = drift(default_branch)
    for immutable in (False, True):
        token = repository.token(job, immutable=immutable)
        for name, workflow in (("no workflow", None), ("a workflow whose name begins so", "drift-2")):
            yield _case(name, job, replace(token, workflow=workflow), *kinds, immutable=immutable)
