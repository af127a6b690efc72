"""Every role of the app can do its job, and nothing else that an attacker would ask of it.

Asked without the permissions boundary, which would only take away from what is allowed here.
"""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from configuration import SANDBOX, Configuration
from tests.identity.attacks import escalations, neighbours
from tests.identity.installation import LAMBDA_BASICS, Installation, Job, Request
from tests.identity.jobs import job_of
from tests.identity.roles import Role, roles_of
from tests.identity.simulation import Access, decide

VARIANTS = ["the project's own", "its sandbox", "with every option", "one account", "every option of a service"]


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
        case "every option of a service":
            fixtures = ("configuration_of_variants", "variants")
        case _:
            return Installation(configuration.select(), request.getfixturevalue("assembly"))
    return Installation(*(request.getfixturevalue(each) for each in fixtures))


@pytest.fixture(scope="module")
def jobs(installation: Installation) -> dict[str, Job]:
    """What each role is for, by the role's ARN."""
    return {role.arn: job_of(role, installation) for role in installation.roles}


def allowed(roles: Sequence[Role], asked: Mapping[str, Job]) -> dict[str, set[Request]]:
    """What each role may do of what it is asked for, both by the role's ARN."""
    questions = [(role, each) for role in roles for each in asked[role.arn]]
    answers = decide([Access(role, each.action, each.resource, each.context) for role, each in questions])
    found: dict[str, set[Request]] = {role.arn: set() for role in roles}
    for (role, each), answer in zip(questions, answers, strict=True):
        if answer:
            found[role.arn].add(each)
    return found


def test_every_role_does_its_job_and_neither_anothers_nor_anything_beside_it(
    installation: Installation, jobs: dict[str, Job]
) -> None:
    all_jobs = frozenset[Request]().union(*jobs.values())
    asked = {role: all_jobs | neighbours(job) for role, job in jobs.items()}
    assert allowed(installation.roles, asked) == jobs


def test_nobody_gains_rights_or_changes_what_runs_or_reads_what_is_secret(
    installation: Installation, jobs: dict[str, Job]
) -> None:
    asked = {role: escalations(installation, job) for role, job in jobs.items()}
    assert {role: found for role, found in allowed(installation.roles, asked).items() if found} == {}


def test_nobody_is_granted_an_action_that_is_not_part_of_the_job(
    installation: Installation, jobs: dict[str, Job]
) -> None:
    for role in installation.roles:
        assert set(actions_of(role)) == {request.action for request in jobs[role.arn]}, role.name


def actions_of(role: Role) -> Iterator[str]:
    """The actions that its policies allow; the test of all policies sees to it that none has a wildcard."""
    for document in role.policies.values():
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


def test_the_only_policy_from_elsewhere_is_the_one_of_aws_by_which_functions_write_logs(
    installation: Installation,
) -> None:
    assert all(role.managed_policies == {} for role in installation.roles)
    having = [role for role in roles_of(installation.stacks) if role.managed_policies]
    assert {arn for role in having for arn in role.managed_policies} == {LAMBDA_BASICS}
    (trusted,) = {role.trust_policy["Statement"][0]["Principal"]["Service"] for role in having}
    assert trusted == "lambda.amazonaws.com"


def test_the_service_itself_may_do_nothing_without_a_shell(installation: Installation, jobs: dict[str, Job]) -> None:
    idle = [role for role in installation.roles if not jobs[role.arn]]
    tasks = [role for role in idle if "-service-TaskTaskRole" in role.name]
    environments = installation.configuration.environments.values()
    # With a shell or a collector beside it, its role is theirs too.
    assert len(tasks) == len([each for each in environments if not (each.task.exec or each.collects_telemetry)])
    assert {role.name for role in idle if role not in tasks and "CustomS3AutoDelete" not in role.name} == set()
