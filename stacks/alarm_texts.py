"""How the alarms of an environment are described."""

from configuration import Environment
from configuration.github import GitHub
from slipway_constructs.observability.alarm_text import AlarmText


def text_of(environment: Environment, github: GitHub) -> AlarmText:
    """With the runbook as the repository's default branch has it."""
    page = f"https://github.com/{github.owner}/{github.repository}/blob/HEAD/docs/runbook.md"
    return AlarmText(environment.service_name, page)
