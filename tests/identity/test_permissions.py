"""Every role of the app can do its job, and nothing else that an attacker would ask of it.

Asked without the permissions boundary, which would only take away from what is allowed here.
"""

from collections.abc import Iterator

import pytest

from configuration import SANDBOX, Configuration
from tests.identity.attacks import escalations, neighbours
from tests.identity.jobs import Installation, Job, Request, job_of
from tests.identity.roles import Policy, Role
from tests.identity.simulation import Access, decide

VARIANTS = ["the project's own", "its sandbox", "with every option", "one account"]


@pytest.fixture(scope="module", params=VARIANTS)
def installation(request: pytest.FixtureRequest) -> Installation:
    """Of one configuration after the other."""
    configuration: Configuration = request.getfixturevalue("configuration")
    match request.param:
        case "its sandbox":
            return Installation(configuration.select([SANDBOX]), request.getfixturevalue("sandbox_assembly"))
        case "with every option":
            fixtures = ("with_every_option", "assembly_with_every_option")
        case "one account":
            fixtures = ("configuration_of_one_account", "one_account")
        case _:
            return Installation(configuration.select(), request.getfixturevalue("assembly"))
    return Installation(*(request.getfixturevalue(each) for each in fixtures))


@pytest.fixture(scope="module")
def jobs(installation: Installation) -> dict[str, Job]:
    """What each role is for, by the role's ARN."""
    return {role.arn: job_of(role, installation) for role in installation.roles}


def allowed(role: Role, asked: Job) -> set[Request]:
    """What of that the role may do."""
    ordered = list(asked)
    answers = decide([Access(role, each.action, each.resource, each.context) for each in ordered])
    return {each for each, answer in zip(ordered, answers, strict=True) if answer}


def test_every_role_does_its_job_and_neither_anothers_nor_anything_beside_it(
    installation: Installation, jobs: dict[str, Job]
) -> None:
    all_jobs = frozenset[Request]().union(*jobs.values())
    asked = all_jobs | neighbours(all_jobs)
    for role in installation.roles:
        assert allowed(role, asked) == jobs[role.arn], role.name


def test_nobody_gains_rights_or_changes_what_runs_or_reads_what_is_secret(installation: Installation) -> None:
    asked = escalations(installation)
    for role in installation.roles:
        assert allowed(role, asked) == set(), role.name


def test_nobody_is_granted_an_action_that_is_not_part_of_the_job(
    installation: Installation, jobs: dict[str, Job]
) -> None:
    for role in installation.roles:
        assert set(actions_of(role)) == {request.action for request in jobs[role.arn]}, role.name


def actions_of(role: Role) -> Iterator[str]:
    """The actions that its policies allow; the test of all policies sees to it that none has a wildcard."""
    documents: list[Policy | None] = [*role.policies.values(), *role.managed_policies.values()]
    for document in documents:
        assert document is not None
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


def test_nobody_but_those_whose_job_is_known_may_do_anything(installation: Installation, jobs: dict[str, Job]) -> None:
    idle = {role.name for role in installation.roles if not jobs[role.arn]}
    assert len(idle) == len(installation.configuration.environments)
    assert all("TaskDefinitionT" in name for name in idle)  # what the service itself runs as
