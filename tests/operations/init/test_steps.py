"""What `slipway init` says to type next: that there is such a command, a stack of that name, a file at that place."""

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from aws_cdk.cx_api import CloudAssembly

from configuration import Configuration
from configuration.loading import parse
from operations.init.document import document
from operations.init.steps import POLICIES, bootstrap, steps
from operations.rendering.init import lines
from tests.conftest import PROJECT
from tests.operations.init.test_document import ANSWERS
from tests.operations.test_help import VERBS
from tests.synthesis import assemble

PLAIN: Mapping[str, str] = {
    **dict.fromkeys(ANSWERS, ""),
    "repository": "acme/shop",
    "default_branch": "trunk",
    "dev.account": "111111111111",
    "prod.account": "111111111111",
    "dev.region": "eu-central-1",
    "prod.region": "eu-west-1",
    "dev.zones": "eu-central-1a,eu-central-1b",
    "prod.zones": "eu-west-1a,eu-west-1b",
}
WAYS = {"with names, in two accounts": ANSWERS, "over plain HTTP, in one account": PLAIN}


@cache
def configured(way: str) -> Configuration:
    return parse(document(WAYS[way]))


@cache
def synthesised(way: str) -> CloudAssembly:
    return assemble(configured(way).select())


def commands(way: str) -> list[str]:
    return [command for step in steps(configured(way)) for command in step.commands]


def calls(way: str) -> Iterator[list[str]]:
    """The words of each command, without variables that are set, and of both sides of a pipe."""
    for command in commands(way):
        for part in re.split(r" \| |; ", command):
            words = shlex.split(part.removeprefix("do "))
            if words[0] not in {"for", "done"} and "=" not in words[0]:
                yield words


@pytest.mark.parametrize("way", WAYS)
def test_what_was_written_can_be_synthesised(way: str) -> None:
    assert {stack.stack_name for stack in synthesised(way).stacks} >= {
        "slipway-identity",
        "slipway-registry",
        "slipway-dev-service",
        "slipway-prod-service",
    }


@pytest.mark.parametrize("way", WAYS)
def test_every_stack_that_is_to_be_deployed_is_one(way: str) -> None:
    deployed = {words[-1] for words in calls(way) if words[:3] == ["npx", "cdk", "deploy"]}
    ids = {stack.hierarchical_id for stack in synthesised(way).stacks}
    assert deployed == {each for each in ids if not re.match("slipway-(dev|prod)-", each)}


@pytest.mark.parametrize("way", WAYS)
def test_every_command_exists(way: str) -> None:
    known = {"make", "git", "source", "aws", "npx", "slipway", "docker"}
    assert {words[0] for words in calls(way)} <= known
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert [words for words in calls(way) if words[0] == "make" and words[1] not in targets] == []
    for name, *words in calls(way):
        if name == "slipway":
            verb = VERBS[(words[0],)]
            options = {option for each in verb.params for option in each.opts}
            assert {word for word in words if word.startswith("-")} <= options
            assert {word for word in words[1:2] if not word.startswith("-")} <= configured(way).environments.keys()


@pytest.mark.parametrize("way", WAYS)
def test_bash_understands_every_command(way: str) -> None:
    text = "\n".join(commands(way))
    subprocess.run(["bash", "-n", "-u", "-c", text], check=True)
    assert [word for word in re.findall(r"\$(\w+)", text) if f"{word}=" not in text and word != "policy"] == []


@pytest.mark.parametrize("way", WAYS)
def test_every_file_that_a_command_reads_is_there(way: str) -> None:
    policies = {
        name for command in commands(way) for name in re.findall(r"(?:permissions|cloudformation)-[a-z-]+", command)
    }
    files = {name for name in policies if (PROJECT / "bootstrap" / f"{name}.json").is_file()}
    assert policies - files == {
        "cloudformation-execution-policies",
        "cloudformation-execution",
    }  # an option, a beginning
    assert (PROJECT / "service" / "Dockerfile").is_file()


def test_an_account_is_prepared_as_bootstrap_says() -> None:
    document = (PROJECT / "bootstrap" / "README.md").read_text()
    block = document.split("## Use them")[1].split("```sh\n")[1].split("```")[0].replace("\\\n", "")
    block = re.sub(r"account=.*\n", "", block).replace("$account", "111111111111").replace("REGION", "eu-central-1")
    own = "\n".join(bootstrap("111111111111", ["eu-central-1"], POLICIES))
    assert shlex.split(own.replace(";", " ")) == shlex.split(block.replace(";", " "))


def test_parts_of_the_policy_that_an_account_does_not_need_are_left_out() -> None:
    def parts(way: str, account: str) -> set[str]:
        (command,) = [each for each in commands(way) if "cdk bootstrap" in each and f"{account}/" in each][:1]
        return set(re.findall(r"\$execution-(\w+)", command))

    assert parts("with names, in two accounts", "333333333333") == set(POLICIES)
    assert parts("with names, in two accounts", "222222222222") == {*POLICIES} - {"front", "telemetry"}
    assert parts("over plain HTTP, in one account", "111111111111") == {*POLICIES} - {
        "telemetry"
    }  # prod has a firewall


def test_every_region_of_an_account_is_prepared() -> None:
    prepared = [
        words[3] for words in calls("over plain HTTP, in one account") if words[:3] == ["npx", "cdk", "bootstrap"]
    ]
    assert prepared == ["aws://111111111111/eu-central-1", "aws://111111111111/eu-west-1"]


def test_what_no_command_does_is_said() -> None:
    text = " ".join(" ".join(lines(steps(configured("with names, in two accounts")))).split())
    assert "Slack, for prod: authorise the workspace" in text
    assert f"the secret {ANSWERS['pagerduty_secret_arn']} has to be there" in text
    assert "mails to each address" in text
    plain = " ".join(" ".join(lines(steps(configured("over plain HTTP, in one account")))).split())
    assert "write trunk under `branches`" in plain
    assert not re.search("Slack|PagerDuty|mails", plain)


def test_the_branches_that_the_workflows_run_on_are_those_that_need_no_word() -> None:
    written = (PROJECT / ".github" / "workflows" / "pipeline.yml").read_text()
    assert "branches: [main, develop]" in written


def test_only_commands_are_longer_than_80_columns() -> None:
    told = lines(steps(configured("with names, in two accounts")))
    assert [line for line in told if len(line) > 80 and " " in line.strip() and line[:6].strip()] == []
