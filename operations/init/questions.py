"""The questions of `slipway init`, in the order in which they are asked."""

from collections.abc import Callable
from dataclasses import dataclass

from operations.init.document import ENVIRONMENTS, Answers, zones
from operations.init.facts import Facts

BY_HAND = (
    "gh api repos/OWNER/REPOSITORY --jq '{owner_id: .owner.id, repository_id: .id}' prints it and that of the "
    "repository. Without both, roles trust the repository by its name only, and AWS refuses one that was made, renamed "
    "or transferred since 2026-07-15."
)


def _always(_: Answers) -> bool:
    return True


def _nothing(_: Facts, __: Answers) -> str:
    return ""


@dataclass(frozen=True)
class Question:
    """One fact.

    Attributes:
        key: of the answer.
        asks: what is asked for, without a question mark.
        option: of the command line that answers it beforehand.
        hint: how to get it, or what comes of it; a sentence.
        default: the answer unless there is another.
        needed: whether there has to be an answer, as long as nobody is there to leave it out knowingly.
        optional: whether none is an answer, too.
        known: whether the default is a fact, which nobody has to be asked about.
        arises: whether it has to be asked at all, after the answers before it; otherwise its answer is none.
        needs: what has to be answered for it to arise.
        alone: whether it may be answered beforehand all the same.
        settled: what an answer comes to.
    """

    key: str
    asks: str
    option: str
    hint: str = ""
    default: Callable[[Facts, Answers], str] = _nothing
    needed: bool = False
    optional: bool = False
    known: Callable[[Facts, Answers], bool] = lambda _, __: False
    arises: Callable[[Answers], bool] = _always
    needs: str = ""
    alone: bool = False
    settled: Callable[[Facts, str], str] = lambda _, answer: answer


def _id(key: str, whose: str, hint: str) -> Question:
    return Question(
        key,
        f"GitHub's numeric id of the {whose}",
        f"--{key.replace('_', '-')}",
        hint=hint,
        default=lambda facts, answers: facts.id_of(key, answers["repository"]),
        needed=True,
        optional=True,
        known=lambda facts, answers: bool(facts.id_of(key, answers["repository"])),
    )


def _github() -> list[Question]:
    return [
        Question(
            "repository",
            "GitHub repository, OWNER/NAME",
            "--repository",
            hint="Only workflows of github.com can be trusted.",
            default=lambda facts, _: facts.repository,
            needed=True,
            settled=lambda facts, answer: facts.name_of(answer),
        ),
        _id("owner_id", "owner", BY_HAND),
        _id("repository_id", "repository", "Likewise."),
        Question(
            "default_branch",
            "Its default branch, which is deployed to prod",
            "--default-branch",
            default=lambda facts, answers: facts.default_branch(answers["repository"]),
            known=lambda facts, answers: facts.knows_branch(answers["repository"]),
        ),
    ]


def _places() -> list[Question]:
    return [
        Question(
            "dev.account",
            "AWS account of dev, twelve digits",
            "--account",
            hint="aws sts get-caller-identity prints that of your session.",
            default=lambda facts, _: facts.account.id,
            needed=True,
        ),
        _of_prod("account", "AWS account"),
        Question(
            "dev.region",
            "Region of dev",
            "--region",
            hint="Such as eu-central-1.",
            default=lambda facts, _: facts.account.region,
            needed=True,
        ),
        _of_prod("region", "Region"),
        *(_zones_of(name) for name in ENVIRONMENTS),
    ]


def _of_prod(key: str, name: str) -> Question:
    return Question(
        f"prod.{key}",
        f"{name} of prod, and of the images of both",
        f"--{key}",
        default=lambda _, answers: answers[f"dev.{key}"],
    )


def _zones_of(name: str) -> Question:
    account, region = f"{name}.account", f"{name}.region"
    return Question(
        f"{name}.zones",
        f"Availability zones of {name}, two or three",
        "--zones",
        hint="aws ec2 describe-availability-zones lists those that the account has.",
        default=lambda facts, answers: ",".join(_zones(name, facts, answers)),
        known=lambda facts, answers: bool(facts.zones(answers[account], answers[region])),
    )


def _zones(name: str, facts: Facts, answers: Answers) -> tuple[str, ...]:
    usual = zones(name, answers[f"{name}.region"])
    found = facts.zones(answers[f"{name}.account"], answers[f"{name}.region"])
    if not answers[f"{name}.region"]:
        return ()
    return tuple(found[: len(usual)]) or usual


def _front(name: str) -> list[Question]:
    domain, certificate = f"{name}.domain", f"{name}.certificate_arn"
    zone, zone_id = f"{name}.hosted_zone", f"{name}.hosted_zone_id"

    def in_zone(answers: Answers) -> bool:
        return bool(answers[domain]) and not answers[certificate]

    return [
        Question(
            domain,
            f"Domain name of {name}, such as {'api' if name == 'prod' else 'dev'}.example.com",
            "--domain",
            hint="Without one it is served over plain HTTP, under the load balancer's own name.",
            optional=True,
        ),
        Question(
            certificate,
            f"ARN of a certificate for {name} that exists in ACM",
            "--certificate-arn",
            hint="Without one it is made, with the DNS records, in a hosted zone of Route 53.",
            optional=True,
            arises=lambda answers: bool(answers[domain]),
            alone=True,
        ),
        Question(
            zone,
            "Hosted zone of Route 53 that holds this domain",
            "--hosted-zone",
            default=lambda facts, answers: facts.zone_of(answers[f"{name}.account"], answers[domain]),
            arises=in_zone,
            needs=f"needs a domain of {name}, and no certificate for it",
        ),
        Question(
            zone_id,
            "Id of that hosted zone",
            "--hosted-zone-id",
            hint="aws route53 list-hosted-zones-by-name --dns-name ZONE prints it, behind /hostedzone/.",
            default=lambda facts, answers: facts.zone_id(answers[f"{name}.account"], answers[zone]),
            needed=True,
            arises=in_zone,
            needs=f"needs a domain of {name}, and no certificate for it",
        ),
    ]


def _dashboards() -> list[Question]:
    return [
        Question(
            "dashboards.domain",
            "Domain name of Grafana and Jaeger in prod",
            "--dashboards-domain",
            hint="Without one, metrics are in CloudWatch only, and traces nowhere; slipway cost tells the difference.",
            default=lambda _, answers: f"watch.{answers['prod.hosted_zone']}" if answers["prod.hosted_zone"] else "",
            optional=True,
            arises=lambda answers: bool(answers["prod.domain"]),
            needs="needs a domain of prod",
        ),
        Question(
            "dashboards.certificate_arn",
            "ARN of a certificate for it that exists in ACM",
            "--dashboards-certificate-arn",
            needed=True,
            arises=lambda answers: bool(answers["dashboards.domain"]) and not answers["prod.hosted_zone"],
            needs="needs a domain of Grafana and Jaeger",
            alone=True,
        ),
    ]


def _alerts() -> list[Question]:
    return [
        Question("emails", "Email addresses for alarms of prod", "--email", optional=True),
        Question(
            "slack",
            "Slack workspace and channel, by id: T0123ABCD/C0123ABCD",
            "--slack",
            hint="The console of Amazon Q Developer in chat applications shows that of the workspace; the channel's is "
            "the last part of its link.",
            optional=True,
        ),
        Question(
            "pagerduty_secret_arn",
            "ARN of the secret with PagerDuty's routing key",
            "--pagerduty-secret-arn",
            hint='Its name begins with slipway-pagerduty; its JSON is {"routing_key": "..."}.',
            optional=True,
        ),
        Question(
            "pagerduty_region",
            "Region of the PagerDuty account, us or eu",
            "--pagerduty-region",
            default=lambda _, __: "us",
            arises=lambda answers: bool(answers["pagerduty_secret_arn"]),
            needs="needs --pagerduty-secret-arn",
        ),
    ]


QUESTIONS = (*_github(), *_places(), *_front("prod"), *_front("dev"), *_dashboards(), *_alerts())
