"""What detect-secrets takes for a secret and is none; whatever else it finds fails `make check-secrets`."""

import re

LINES = {
    r"# noqa: S10[56] - ": "ruff takes it for a password, too, and the reason stands beside it",
    r"\barn:aws:": "names a resource",
}
"""By pattern, which is searched in the line."""

VALUES = {
    r"(?:\S+ ){3,}.*": "a sentence",
    r"AWS::\w+::\w+": "a type of CloudFormation",
    r"[A-Z]\w+(?:/[*\w]+)+": "the path of a property of CloudFormation",
    r"(?:\d+/)?_alb/slipway-.*": "the address of the emulated load balancer",
    r"write": "what a job may do with its token",
    r"Authorization": "the header, not what is in it",
    r"routing_key": "the name of a field",
    r"secrets": "the name of a module",
    r"arn:secret": "stands for an ARN in tests",
    r"a-token|hunter2|looks|p4ss|s3cret|secret|session|test|token": "made up for tests",
    r"\d{12}/us-east-1/[A-Za-z]+": "the key of an incident, made up for tests",
    r"ASIA0123456789ABCDEF": "a key that AWS would not give",
    r"0123456789abcdef[0-9a-f]*": "a commit or an id that nobody has",
    r"4bf92f3577b34da6a3ce929d0e0e4736": "the trace in the example of W3C's Trace Context",
}
"""By pattern, which the whole value matches."""


def is_harmless(secret: str, line: str) -> bool:
    """Whether a finding is one of those; detect-secrets asks for each."""
    return any(re.search(pattern, line) for pattern in LINES) or any(
        re.fullmatch(pattern, secret) for pattern in VALUES
    )
