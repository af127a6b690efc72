"""What `slipway.toml` says after these answers: the example of the project, with what is known in its place."""

import re
from collections.abc import Mapping
from pathlib import Path

from operations.init.editing import Table, edited

EXAMPLE = Path(__file__).with_name("example.toml")

ENVIRONMENTS = ("dev", "prod")

Answers = Mapping[str, str]
"""By question, such as `prod.account`. An empty one means that there is none; a question without one is still open."""

EXAMPLES = {"111111111111": "dev", "222222222222": "prod"}
"""The accounts of the example, and of which environment they are."""

REGION, ZONE_ID = "eu-central-1", "Z0123456789ABC"
ARN = re.compile(rf"(?P<service>arn:aws:[a-z]+):(?P<region>{REGION}|):(?P<account>{'|'.join(EXAMPLES)}):")


def example() -> str:
    """The text of the `slipway.toml` that comes with the project."""
    return EXAMPLE.read_text(encoding="utf-8")


def document(answers: Answers) -> str:
    """The text of `slipway.toml`; what is still open is as in the example, with the place of its environment.

    So a problem that the models have with it is one of the answers.
    """
    changes: dict[str, Table | None] = {"github": _github(answers)}
    if "prod.account" in answers:
        changes["registry"] = {"account": answers["prod.account"], "region": answers.get("prod.region", REGION)}
    for name in ENVIRONMENTS:
        changes[f"environments.{name}"] = _environment(name, answers)
        if f"{name}.domain" in answers:
            changes[f"environments.{name}.load_balancer"] = _load_balancer(name, answers)
    if "prod.domain" in answers:
        changes["environments.prod.dashboards"] = _dashboards(answers)
    return edited(_in_place(example(), answers), changes | _alerts(answers))


def _in_place(text: str, answers: Answers) -> str:
    """The example with the accounts and regions of the answers in its ARNs, also in those that are comments.

    What has not their form is left out: it is wrong once, not again in every ARN.
    """

    def placed(arn: re.Match[str]) -> str:
        name = EXAMPLES[arn["account"]]
        account, region = answers.get(f"{name}.account", ""), answers.get(f"{name}.region", "")
        return ":".join(
            (
                arn["service"],
                region if arn["region"] and re.fullmatch("[a-z0-9-]+", region) else arn["region"],
                account if re.fullmatch(r"\d{12}", account) else arn["account"],
                "",
            )
        )

    return ARN.sub(placed, text)


def _github(answers: Answers) -> Table:
    table: dict[str, str | int | None] = {}
    if "repository" in answers:
        table["owner"], _, table["repository"] = answers["repository"].partition("/")
    for key in ("owner_id", "repository_id"):
        if key in answers:
            table[key] = int(answers[key]) if answers[key].isdecimal() else answers[key] or None
    branch = answers.get("default_branch", "main")
    return table if branch == "main" else {**table, "default_branch": branch}


def _environment(name: str, answers: Answers) -> Table:
    table: dict[str, str | tuple[str, ...]] = {
        key: answers[f"{name}.{key}"] for key in ("account", "region") if f"{name}.{key}" in answers
    }
    if f"{name}.zones" in answers:
        table["availability_zones"] = _listed(answers[f"{name}.zones"])
    elif "region" in table:
        table["availability_zones"] = zones(name, str(table["region"]))
    if name == "prod":
        table["branch"] = answers.get("default_branch", "main")
        if "prod.domain" in answers:
            table["telemetry"] = "full" if answers.get("dashboards.domain") else "cloudwatch"
    return table


def zones(name: str, region: str) -> tuple[str, ...]:
    """The zones that an environment of the example has, in that region."""
    return tuple(f"{region}{letter}" for letter in ("ab" if name == "dev" else "abc"))


def _load_balancer(name: str, answers: Answers) -> Table:
    """As long as the certificate is an open question, that of the example stands for it."""
    domain, certificate = answers[f"{name}.domain"], answers.get(f"{name}.certificate_arn")
    if not domain and not certificate:
        return {"certificate_arn": None, "plain_http": True}
    if certificate is None:
        return {"domain": domain}
    if certificate:
        return {"certificate_arn": certificate, "domain": domain or None}
    return {"certificate_arn": None, "domain": domain} | _in_zone(name, answers)


def _in_zone(name: str, answers: Answers) -> dict[str, str]:
    return {
        "hosted_zone_id": answers.get(f"{name}.hosted_zone_id", ZONE_ID),
        "hosted_zone": answers.get(f"{name}.hosted_zone", answers[f"{name}.domain"]),
    }


def _dashboards(answers: Answers) -> Table | None:
    domain = answers.get("dashboards.domain")
    if not domain:
        return None
    certificate = answers.get("dashboards.certificate_arn")
    if answers.get("prod.hosted_zone") and not certificate:
        return {"certificate_arn": None, "domain": domain} | _in_zone("prod", answers)
    return {"domain": domain} if certificate is None else {"certificate_arn": certificate, "domain": domain}


def _alerts(answers: Answers) -> dict[str, Table | None]:
    table: dict[str, str | tuple[str, ...] | None] = {}
    if "emails" in answers:
        table["emails"] = _listed(answers["emails"]) or None
    if answers.get("pagerduty_secret_arn"):
        table["pagerduty_secret_arn"] = answers["pagerduty_secret_arn"]
        table["pagerduty_region"] = answers.get("pagerduty_region", "us")
    changes: dict[str, Table | None] = {"environments.prod.alerts": table}
    if answers.get("slack"):
        workspace, _, channel = answers["slack"].partition("/")
        changes["environments.prod.alerts.slack"] = {"workspace_id": workspace, "channel_id": channel}
    return changes


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
