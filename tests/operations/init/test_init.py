"""`slipway init`: what it finds, what it asks for, what it refuses, and what it writes."""

import json
import os
import sys
from pathlib import Path

import pytest

from configuration import load
from operations.init.document import example
from tests.operations.answering import AnsweringAws
from tests.operations.conftest import Slipway
from tests.operations.init.conftest import ACCOUNT, ZONE_ID, GitHub, origin, repository
from tests.operations.programs import Programs
from tests.operations.terminal import Terminal, at_terminal

FACTS = ("--account", "111111111111", "--region", "eu-central-1")


@pytest.mark.usefixtures("session")
def test_what_git_github_and_aws_know_is_not_asked_for(clone: Path, slipway: Slipway) -> None:
    (clone / "cdk.json").write_text("{}")
    ended = slipway("init", "--yes")
    assert (ended.exit_code, ended.stderr) == (0, f"{clone / 'slipway.toml'} is written.\n\n")
    written = load(clone / "slipway.toml")
    assert (written.github.full_name, written.github.owner_id, written.github.repository_id) == ("acme/shop", 11, 22)
    dev, prod = written.environment("dev"), written.environment("prod")
    assert {dev.account, prod.account, written.registry.account} == {ACCOUNT}
    assert {dev.region, prod.region, written.registry.region} == {"us-west-2"}
    assert dev.availability_zones == ("us-west-2a", "us-west-2b")
    assert prod.availability_zones == ("us-west-2a", "us-west-2b", "us-west-2c")
    assert dev.load_balancer.plain_http
    assert prod.load_balancer.plain_http
    assert prod.alerts.emails == ()


@pytest.mark.usefixtures("session")
def test_the_hosted_zone_of_a_domain_is_looked_up_and_private_ones_are_not_taken(clone: Path, slipway: Slipway) -> None:
    assert slipway("init", "--yes", "--domain", "api.example.com").exit_code == 0
    prod = load(clone / "slipway.toml").environment("prod")
    assert (prod.load_balancer.domain, prod.load_balancer.hosted_zone) == ("api.example.com", "example.com")
    assert prod.load_balancer.hosted_zone_id == ZONE_ID
    assert prod.dashboards is not None
    assert (prod.dashboards.domain, prod.dashboards.hosted_zone_id) == ("watch.example.com", ZONE_ID)
    assert prod.telemetry == "full"


def test_without_a_terminal_each_missing_fact_is_a_line_and_nothing_is_written(
    clone: Path, github: GitHub, slipway: Slipway
) -> None:
    github.repositories.clear()
    origin(clone, "/somewhere")
    ended = slipway("init")
    why, *lines = ended.stderr.splitlines()
    assert why == "The AWS account is not known: AWS cannot be asked: the shell has no credentials."
    assert [line.split(":")[0] for line in lines] == [
        "--repository",
        "--owner-id",
        "--repository-id",
        "--account",
        "--region",
    ]
    assert all("is needed" in line for line in lines)
    assert (ended.exit_code, ended.stdout, list(clone.glob("*.toml"))) == (2, "", [])


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--account", "12", "--account: environments.dev.account: must be an AWS account id of twelve digits, is '12'"),
        ("--account", "stage=1", "--account: must begin with dev= or prod= where it is for one environment"),
        ("--region", "prod=Frankfurt", "--region: environments.prod.region: must be an AWS region such as"),
        ("--zones", "prod=eu-west-1a,eu-west-1b", "--zones: environments.prod.availability_zones: must be zones of"),
        ("--repository", "acme", "--repository: must be OWNER/NAME, such as acme/shop, or its address, is 'acme'"),
        ("--repository", "acme/", "--repository: must be OWNER/NAME, such as acme/shop, or its address, is 'acme/'"),
        ("--repository", "a/b/c", "--repository: github.repository: must be a GitHub repository name"),
        ("--owner-id", "eleven", "--owner-id: github.owner_id: must be an integer, is 'eleven'"),
        ("--domain", "API.example.com", "--domain: environments.prod.load_balancer.domain: must be a domain name"),
        ("--certificate-arn", "x", "--certificate-arn: environments.prod.load_balancer.certificate_arn: must be the"),
        ("--hosted-zone", "example.com", "--hosted-zone: needs a domain of prod, and no certificate for it"),
        ("--dashboards-domain", "watch.example.com", "--dashboards-domain: needs a domain of prod"),
        ("--email", "nobody", "--email: environments.prod.alerts.emails[0]: must be an email address, is 'nobody'"),
        ("--slack", "#general", "--slack: environments.prod.alerts.slack.workspace_id: must be the id of a Slack"),
        ("--pagerduty-region", "eu", "--pagerduty-region: needs --pagerduty-secret-arn"),
    ],
)
@pytest.mark.usefixtures("clone")
def test_a_wrong_option_is_a_line_with_the_place_the_value_and_what_is_allowed(
    option: str, value: str, line: str, slipway: Slipway
) -> None:
    given = ("--account", "prod=111111111111", "--account", "dev=111111111111") if option != "--account" else ()
    ended = slipway("init", "--region", "dev=eu-central-1", *given, option, value)
    lines = [each for each in ended.stderr.splitlines() if each.startswith("--") and "is needed" not in each]
    assert lines[0].startswith(line)
    assert len(lines) == (2 if value in {"12", "#general"} else 1)  # which are wrong in two places
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert not Path("slipway.toml").exists()


def test_an_option_for_one_environment_counts_there(clone: Path, slipway: Slipway) -> None:
    assert slipway("init", *FACTS, "--account", "prod=222222222222", "--region", "prod=eu-west-1").exit_code == 0
    written = load(clone / "slipway.toml")
    assert (written.environment("dev").account, written.environment("prod").account) == ("111111111111", "222222222222")
    assert (written.environment("dev").region, written.registry.region) == ("eu-central-1", "eu-west-1")


def test_one_option_twice_for_an_environment_is_refused(clone: Path, slipway: Slipway) -> None:
    ended = slipway("init", *FACTS, "--account", "222222222222")
    assert "--account: is given twice for dev" in ended.stderr
    assert (ended.exit_code, list(clone.glob("*.toml"))) == (2, [])


def test_what_somebody_has_written_is_not_overwritten(clone: Path, slipway: Slipway) -> None:
    path = clone / "slipway.toml"
    path.write_text(example().replace("max = 10", "max = 11"))
    before = path.read_text()
    ended = slipway("init", *FACTS)
    assert f"{path} exists, and differs from the example that the project comes with" in ended.stderr
    assert "--force" in ended.stderr
    assert (ended.exit_code, path.read_text()) == (6, before)
    assert slipway("init", *FACTS, "--force").exit_code == 0
    assert "max = 11" not in path.read_text()


def test_the_example_that_the_project_comes_with_is_nobodys(clone: Path, slipway: Slipway) -> None:
    (clone / "slipway.toml").write_text(example())
    assert slipway("init", *FACTS).exit_code == 0
    assert load(clone / "slipway.toml").github.full_name == "acme/shop"


def test_a_file_that_cannot_be_read_is_not_overwritten(clone: Path, slipway: Slipway) -> None:
    (clone / "slipway.toml").write_bytes(b"\xff")
    assert slipway("init", *FACTS).exit_code == 6


def test_it_is_written_beside_the_app_from_a_folder_below(
    clone: Path, slipway: Slipway, shell: pytest.MonkeyPatch
) -> None:
    (clone / "cdk.json").write_text("{}")
    (clone / "docs").mkdir()
    shell.chdir(clone / "docs")
    assert slipway("init", *FACTS).exit_code == 0
    assert (clone / "slipway.toml").exists()


def test_where_no_app_would_read_it_it_says_so(clone: Path, slipway: Slipway) -> None:
    assert f"There is no cdk.json in {clone}: slipway.toml is read by the CDK app" in slipway("init", *FACTS).stderr
    (clone / "cdk.json").write_text("{}")
    assert "cdk.json" not in slipway("init", *FACTS, "--force").stderr


def test_another_file_can_be_named(clone: Path, slipway: Slipway) -> None:
    assert slipway("--configuration", "mine.toml", "init", *FACTS).exit_code == 0
    assert [each.name for each in clone.glob("*.toml")] == ["mine.toml"]


def test_the_file_is_readable_for_whom_the_shell_lets_and_a_link_stays_one(clone: Path, slipway: Slipway) -> None:
    (clone / "elsewhere.toml").write_text(example())
    (clone / "slipway.toml").symlink_to("elsewhere.toml")
    mask = os.umask(0o022)
    assert slipway("init", *FACTS).exit_code == 0
    os.umask(mask)
    assert (clone / "slipway.toml").is_symlink()
    assert (clone / "elsewhere.toml").stat().st_mode & 0o777 == 0o644
    assert sorted(each.name for each in clone.iterdir()) == [".git", "elsewhere.toml", "slipway.toml"]


def test_a_folder_that_is_not_there_is_told_without_a_traceback(clone: Path, slipway: Slipway) -> None:
    ended = slipway("--configuration", "missing/slipway.toml", "init", *FACTS)
    assert "missing/slipway.toml cannot be written: No such file or directory." in ended.stderr
    assert (ended.exit_code, list(clone.glob("*.toml"))) == (1, [])


def test_printing_writes_nothing(clone: Path, slipway: Slipway) -> None:
    (clone / "slipway.toml").write_text("# mine\n")
    ended = slipway("init", *FACTS, "--print")
    assert (ended.exit_code, (clone / "slipway.toml").read_text()) == (0, "# mine\n")
    (clone / "printed.toml").write_text(ended.stdout)
    assert load(clone / "printed.toml").environment("dev").account == "111111111111"


def test_as_json_it_tells_what_it_wrote_and_what_comes_next(clone: Path, slipway: Slipway) -> None:
    told = json.loads(slipway("init", *FACTS, "--json").stdout)
    assert (told["file"], told["written"]) == (str(clone / "slipway.toml"), True)
    assert told["text"] == (clone / "slipway.toml").read_text()
    assert {"does": "Commit it.", "commands": told["next"][1]["commands"]} == told["next"][1]
    assert json.loads(slipway("init", *FACTS, "--json", "--print").stdout)["written"] is False


def test_at_a_terminal_a_wrong_answer_is_told_and_asked_for_again(clone: Path, slipway: Slipway) -> None:
    typed = ["", "12", "111111111111", "", "eu-central-1", "", "", "", "", "none", "a@example.com", "", ""]
    with at_terminal("\n".join([*typed, ""])) as screen:
        ended = slipway("init")
        shown = screen.getvalue()
    assert ended.exit_code == 0
    assert "GitHub repository, OWNER/NAME [acme/shop]: " in shown
    assert "environments.dev.account: must be an AWS account id of twelve digits, is '12'\nAWS account" in shown
    assert "AWS account of prod, and of the images of both [111111111111]: " in shown
    assert "numeric id" not in shown
    assert load(clone / "slipway.toml").environment("prod").alerts.emails == ("a@example.com",)


def test_at_a_terminal_what_an_option_says_is_not_asked_for_unless_it_is_wrong(clone: Path, slipway: Slipway) -> None:
    with at_terminal("\n" * 20) as screen:
        assert slipway("init", *FACTS, "--region", "prod=x").exit_code == 0
        shown = screen.getvalue()
    assert "--region: environments.prod.region: must be an AWS region such as 'eu-central-1', is 'x'" in shown
    assert "Region of prod, and of the images of both [eu-central-1]: " in shown
    assert "Region of dev" not in shown
    assert load(clone / "slipway.toml").environment("prod").region == "eu-central-1"


def test_at_a_terminal_an_answer_that_is_needed_cannot_be_left_out(clone: Path, slipway: Slipway) -> None:
    with at_terminal("\n\n") as screen:
        assert slipway("init").exit_code == 6  # the answers are over
        assert "An answer is needed.\nAWS account of dev" in screen.getvalue()
    assert list(clone.glob("*.toml")) == []


def test_at_a_terminal_ids_that_nobody_knows_may_be_left_out(clone: Path, github: GitHub, slipway: Slipway) -> None:
    github.repositories.clear()
    with at_terminal("\n" * 20) as screen:
        assert slipway("init", *FACTS).exit_code == 0
        assert "The ids of acme/shop are not known: GitHub answers 404" in screen.getvalue()
        assert "GitHub's numeric id of the owner [none]: " in screen.getvalue()
    assert load(clone / "slipway.toml").github.owner_id is None


class CtrlC(Terminal):
    def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed lets bases disagree
        raise KeyboardInterrupt


def test_ctrl_c_leaves_what_was_there(clone: Path, slipway: Slipway) -> None:
    (clone / "slipway.toml").write_text(example())
    with at_terminal() as screen, pytest.MonkeyPatch.context() as patch:  # which ends before the terminal does
        patch.setattr(sys, "stdin", CtrlC())
        assert slipway("init").exit_code == 6
        assert "you ended it; nothing was written" in screen.getvalue()
    assert (clone / "slipway.toml").read_text() == example()
    assert sorted(each.name for each in clone.iterdir()) == [".git", "slipway.toml"]


def test_a_repository_that_was_renamed_goes_by_its_new_name(clone: Path, github: GitHub, slipway: Slipway) -> None:
    github.repositories["acme/shop"] = repository("acme/store", branch="trunk")
    ended = slipway("init", *FACTS)
    assert "GitHub calls it acme/store.\n" in ended.stderr
    assert github.asked == ["acme/shop"]
    written = load(clone / "slipway.toml")
    assert (written.github.full_name, written.github.default_branch) == ("acme/store", "trunk")
    assert written.environment("prod").branch == "trunk"
    assert "write trunk under" in " ".join(ended.stdout.split())


def test_the_command_line_of_github_is_asked_first_because_it_sees_private_repositories(
    clone: Path, github: GitHub, slipway: Slipway, tmp_path: Path, shell: pytest.MonkeyPatch
) -> None:
    programs = Programs(tmp_path / "programs", shell)
    programs.install("gh", api=(json.dumps(repository("acme/shop") | {"id": 33}), 0))
    assert slipway("init", *FACTS).exit_code == 0
    assert load(clone / "slipway.toml").github.repository_id == 33
    assert (github.asked, programs.started[0][0][-1]) == ([], "repos/acme/shop")


def test_a_repository_of_another_github_is_not_trusted(clone: Path, slipway: Slipway) -> None:
    origin(clone, "git@github.acme.example:acme/shop.git")
    ended = slipway("init", *FACTS)
    assert "origin is on github.acme.example: only workflows of github.com can be trusted." in ended.stderr
    assert "--repository: is needed" in ended.stderr
    assert ended.exit_code == 2


def test_a_session_that_leads_to_the_sandbox_is_none(clone: Path, session: AnsweringAws, slipway: Slipway) -> None:
    session.answer(
        "GetCallerIdentity", {"Account": "000000000000", "Arn": "arn:aws:iam::000000000000:root", "UserId": "U"}
    )
    ended = slipway("init")
    assert "the shell's AWS settings lead to the sandbox" in ended.stderr
    assert "--account: is needed" in ended.stderr
    assert list(clone.glob("*.toml")) == []


@pytest.mark.usefixtures("session")
def test_zones_of_another_account_are_not_looked_up(clone: Path, slipway: Slipway) -> None:
    assert slipway("init", "--account", "prod=222222222222").exit_code == 0
    written = load(clone / "slipway.toml")
    assert (written.environment("dev").account, written.environment("prod").account) == (ACCOUNT, "222222222222")


def test_what_aws_does_not_let_it_see_is_not_known(clone: Path, session: AnsweringAws, slipway: Slipway) -> None:
    del session.answers["DescribeAvailabilityZones"], session.answers["ListHostedZonesByName"]
    ended = slipway("init", "--domain", "api.example.com")
    assert "--hosted-zone-id: is needed: Id of that hosted zone" in ended.stderr
    assert slipway("init", "--domain", "api.example.com", "--hosted-zone-id", "Z1").exit_code == 0
    assert load(clone / "slipway.toml").environment("dev").availability_zones == ("us-west-2a", "us-west-2b")
