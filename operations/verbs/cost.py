"""`slipway cost [ENVIRONMENT...]`."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from operations.completion import environment_names
from operations.context import configuration_of, configuration_path_of
from operations.cost.profile import Profile

DEFAULTS = Profile()


def _finite(value: float) -> float:
    if not isfinite(value):
        raise typer.BadParameter("must be a number")
    return value


def _traffic(help_text: str, unit: str = "GB") -> Any:
    """An option for what templates do not say."""
    panel = "What templates do not say, in a month"
    return typer.Option(help=help_text, metavar=unit, min=0, callback=_finite, rich_help_panel=panel)


def cost(
    context: typer.Context,
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            help="As in slipway.toml; omitted, all but the sandbox, and what they share.",
            metavar="ENVIRONMENT",
            autocompletion=environment_names,
        ),
    ] = None,
    assembly: Annotated[
        Path | None, typer.Option(help="What cdk synth wrote; omitted, the app is synthesised.", metavar="FOLDER")
    ] = None,
    requests: Annotated[int, _traffic("To the load balancer.", "NUMBER")] = DEFAULTS.requests,
    gigabytes_out: Annotated[float, _traffic("To clients on the internet.")] = DEFAULTS.gigabytes_out,
    gigabytes_processed: Annotated[
        float, _traffic("Of tasks, through NAT gateways or endpoints.")
    ] = DEFAULTS.gigabytes_processed,
    log_gigabytes: Annotated[float, _traffic("That containers log.")] = DEFAULTS.log_gigabytes,
    flow_log_gigabytes: Annotated[float, _traffic("That the VPC logs.")] = DEFAULTS.flow_log_gigabytes,
    firewall_log_gigabytes: Annotated[float, _traffic("That AWS WAF logs.")] = DEFAULTS.firewall_log_gigabytes,
    image_gigabytes: Annotated[float, _traffic("In the registry.")] = DEFAULTS.image_gigabytes,
    emails: Annotated[int, _traffic("To each subscribed address.", "NUMBER")] = DEFAULTS.emails,
    series: Annotated[int, _traffic("Of metrics, for each task.", "NUMBER")] = DEFAULTS.series,
    queried_billions: Annotated[float, _traffic("Of samples, in Prometheus.", "NUMBER")] = DEFAULTS.queried_billions,
    price_region: Annotated[
        str | None, typer.Option(help="Whose prices; omitted, the environment's.", metavar="REGION")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Price each environment a month, from its own templates."""
    from operations.cost.assembly import synthesise, templates_in
    from operations.cost.environments import price
    from operations.rendering.cost import as_data, lines

    configuration = configuration_of(context)
    names = environments or []
    chosen = list(configuration.select(names).environments)
    if assembly:
        templates = templates_in(assembly)
    else:
        with _progress("synthesise the app"):
            templates = synthesise(configuration_path_of(context), chosen)
    profile = Profile(
        requests=requests,
        gigabytes_out=gigabytes_out,
        gigabytes_processed=gigabytes_processed,
        log_gigabytes=log_gigabytes,
        flow_log_gigabytes=flow_log_gigabytes,
        firewall_log_gigabytes=firewall_log_gigabytes,
        image_gigabytes=image_gigabytes,
        emails=emails,
        series=series,
        queried_billions=queried_billions,
    )
    costs = price(configuration, templates, profile, names=names, region=price_region)
    typer.echo(json.dumps(as_data(costs), indent=2) if as_json else "\n".join(lines(costs)))


@contextmanager
def _progress(step: str) -> Iterator[None]:
    """Say what takes its time, and how long it took."""
    typer.echo(f"... {step}", err=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        typer.echo(f"FAILED {step} after {time.monotonic() - begun:.1f} s", err=True)
        raise
    typer.echo(f"done {step} in {time.monotonic() - begun:.1f} s", err=True)
