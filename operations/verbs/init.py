"""`slipway init`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from operations.verbs.options import AsJson

GITHUB, AWS, NAMES, ALERTS = "GitHub", "AWS", "Names and certificates", "Alarms of prod"

One = str | None
Many = list[str] | None


def _fact(panel: str, metavar: str, help: str) -> Any:
    """An option that answers a question beforehand."""
    return typer.Option(help=help, metavar=metavar, rich_help_panel=panel)


def init(
    context: typer.Context,
    repository: Annotated[One, _fact(GITHUB, "OWNER/NAME", "Omitted, git's remote origin.")] = None,
    owner_id: Annotated[One, _fact(GITHUB, "ID", "Of the owner; omitted, GitHub is asked.")] = None,
    repository_id: Annotated[One, _fact(GITHUB, "ID", "Of the repository; likewise.")] = None,
    default_branch: Annotated[One, _fact(GITHUB, "BRANCH", "Deployed to prod; likewise, or main.")] = None,
    account: Annotated[Many, _fact(AWS, "[ENV=]ID", "Of both environments, or of one: prod=222222222222.")] = None,
    region: Annotated[Many, _fact(AWS, "[ENV=]REGION", "Likewise; omitted, that of the AWS session.")] = None,
    zones: Annotated[Many, _fact(AWS, "[ENV=]ZONES", "Two or three, with commas; omitted, AWS is asked.")] = None,
    domain: Annotated[Many, _fact(NAMES, "[ENV=]NAME", "Of prod, or dev=NAME; omitted, plain HTTP.")] = None,
    certificate_arn: Annotated[Many, _fact(NAMES, "[ENV=]ARN", "Of ACM; omitted, one is made.")] = None,
    hosted_zone: Annotated[Many, _fact(NAMES, "[ENV=]NAME", "Of Route 53, for the domain.")] = None,
    hosted_zone_id: Annotated[Many, _fact(NAMES, "[ENV=]ID", "Its id; omitted, AWS is asked.")] = None,
    dashboards_domain: Annotated[
        One, _fact(NAMES, "NAME", "Of Grafana and Jaeger in prod, or none; omitted, watch.ZONE.")
    ] = None,
    dashboards_certificate_arn: Annotated[One, _fact(NAMES, "ARN", "Of ACM; omitted, one is made.")] = None,
    email: Annotated[Many, _fact(ALERTS, "ADDRESS", "Is mailed; several times for several.")] = None,
    slack: Annotated[One, _fact(ALERTS, "IDS", "Of workspace and channel: T0123ABCD/C0123ABCD.")] = None,
    pagerduty_secret_arn: Annotated[One, _fact(ALERTS, "ARN", "Of the secret with the routing key.")] = None,
    pagerduty_region: Annotated[One, _fact(ALERTS, "REGION", "us or eu; omitted, us.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is found, and the defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a slipway.toml that somebody has edited.")] = False,
    printed: Annotated[bool, typer.Option("--print", help="Print what would be written, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write slipway.toml: ask for what cannot be found, and say what to do next.

    The repository comes from git, its ids from GitHub, account, region and zones from the AWS session, if there is
    one. What an option says is not asked for; without a terminal, nothing is.
    """
    from operations.init.beforehand import Options, beforehand
    from operations.init.facts import gathered
    from operations.init.interview import Interview, at_terminal
    from operations.init.writing import place, refuse_to_overwrite, write

    given = beforehand(
        Options(
            once={
                "repository": repository,
                "owner_id": owner_id,
                "repository_id": repository_id,
                "default_branch": default_branch,
                "dashboards.domain": dashboards_domain,
                "dashboards.certificate_arn": dashboards_certificate_arn,
                "emails": ",".join(email or ()) or None,
                "slack": slack,
                "pagerduty_secret_arn": pagerduty_secret_arn,
                "pagerduty_region": pagerduty_region,
            },
            everywhere={"account": account, "region": region, "zones": zones},
            in_prod={
                "domain": domain,
                "certificate_arn": certificate_arn,
                "hosted_zone": hosted_zone,
                "hosted_zone_id": hosted_zone_id,
            },
        )
    )
    path = place(context.obj, Path.cwd())
    if not printed and not force:
        refuse_to_overwrite(path)
    asks = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    text = Interview(gathered(Path.cwd(), _say), given, at_terminal if asks else None, _say).text()
    if not printed:
        write(path, text)
    _tell(path, text, printed=printed, as_json=as_json)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _tell(path: Path, text: str, *, printed: bool, as_json: bool) -> None:
    from configuration.loading import parse
    from operations.init.steps import steps
    from operations.init.writing import without_app
    from operations.rendering.init import lines

    following = steps(parse(text))
    if as_json:
        written = {"file": str(path), "written": not printed, "text": text}
        typer.echo(json.dumps({**written, "next": [step.as_json() for step in following]}, indent=2))
    elif printed:
        typer.echo(text, nl=False)
    else:
        _say(f"{path} is written.\n{without_app(path)}")
        typer.echo("\n".join(lines(following)))
