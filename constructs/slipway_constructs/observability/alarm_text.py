"""What an alarm says of itself, wherever it is told."""

import re
from dataclasses import dataclass

MAX_DESCRIPTION = 1024
"""Characters: PutMetricAlarm in the CloudWatch API reference."""


@dataclass(frozen=True)
class AlarmText:
    """How the alarms of one service are described.

    Attributes:
        subject: what they are about, such as the service's name.
        runbook: the address of a Markdown page that has a section for each.
    """

    subject: str
    runbook: str

    def of(self, says: str, section: str) -> str:
        """The description of an alarm.

        Args:
            says: what it means, as full sentences; the first begins in lower case, after the subject and a colon.
            section: the heading of the runbook's section about it.

        Raises:
            ValueError: there is a quotation mark or a line break in it, or it is too long.
        """
        text = f"{self.subject}: {says} Runbook: {self.section(section)}"
        if re.search(r'["\n]', text) or len(text) > MAX_DESCRIPTION:
            raise ValueError(f"must be one line of up to {MAX_DESCRIPTION} characters without quotes, is {text!r}")
        return text

    def section(self, heading: str) -> str:
        """The address of the runbook's section of that heading, as GitHub makes it."""
        return f"{self.runbook}#{re.sub(r'[^a-z0-9 -]', '', heading.lower()).replace(' ', '-')}"
