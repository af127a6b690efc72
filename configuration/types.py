"""The kinds of value that AWS and GitHub give a fixed form, and the base of every table."""

import difflib
import re
from functools import cache
from ipaddress import IPv4Network
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _form(pattern: str, description: str) -> AfterValidator:
    """Accepts only text that matches the whole pattern; the error names the description and the value."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"must be {description}, is {value!r}")
        return value

    return AfterValidator(check)


def _network(value: object) -> IPv4Network:
    """Of text only what has a prefix: pydantic would take a number or an address for the network of that address."""
    if isinstance(value, IPv4Network):
        return value
    try:
        network = IPv4Network(value, strict=False) if isinstance(value, str) and "/" in value else None
    except ValueError:
        network = None
    wrong = f"must be an IPv4 network such as '10.10.0.0/16', is {value!r}"
    if network is None:
        raise ValueError(wrong)
    if str(network) != value:
        raise ValueError(f"{wrong}; did you mean {str(network)!r}?")
    return network


@cache
def _time_zones() -> list[str]:
    return sorted(available_timezones())  # which reads the whole folder each time


def _time_zone(name: str) -> str:
    """Of a machine that has no time zones every name is taken: only AWS then knows which are right."""
    known = _time_zones()
    if known and name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"must be a time zone of the IANA database such as 'Europe/Berlin', is {name!r}{hint}")
    return name


AccountId = Annotated[str, _form(r"\d{12}", "an AWS account id of twelve digits")]
Region = Annotated[str, _form(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region such as 'eu-central-1'")]
AvailabilityZone = Annotated[str, _form(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "an availability zone such as 'eu-central-1a'")]
CertificateArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}",
        "the ARN of an ACM certificate such as 'arn:aws:acm:REGION:ACCOUNT:certificate/ID'",
    ),
]
Ipv4Cidr = Annotated[IPv4Network, BeforeValidator(_network)]
VpcId = Annotated[str, _form(r"vpc-[0-9a-f]{8,17}", "the id of a VPC such as 'vpc-0123456789abcdef0'")]
SubnetId = Annotated[str, _form(r"subnet-[0-9a-f]{8,17}", "the id of a subnet such as 'subnet-0123456789abcdef0'")]
Port = Annotated[int, Field(ge=1, le=65535)]

# Without wildcards, and in lower case, as Route 53 and browsers compare it.
DomainName = Annotated[
    str,
    _form(
        r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "a domain name in lower case such as 'api.example.com'",
    ),
]
HostedZoneId = Annotated[
    str, _form(r"Z[A-Z0-9]{1,31}", "the id of a Route 53 hosted zone such as 'Z0123456789ABC', without /hostedzone/")
]

# Without a query, and with nothing that a shell or a URL would read otherwise.
RequestPath = Annotated[
    str, _form(r"/[A-Za-z0-9._~/-]{0,1023}", "a path that begins with /, of letters, digits and . _ ~ - /")
]
# Characters and length: "Path conditions" of "Condition types for listener rules" in the Application Load Balancer's
# user guide.
PathPattern = Annotated[
    str,
    _form(
        r"/[A-Za-z0-9_.$/~\"'@:+&*?-]{0,125}",  # a pattern has up to 128 characters, and `/*` is added to it
        "a path that begins with /, of up to 126 letters, digits and _ - . $ / ~ \" ' @ : + & * ?",
    ),
]

VariableName = Annotated[
    str, _form(r"[A-Z_][A-Z0-9_]*", "an environment variable's name of capital letters, digits and _, no digit first")
]
SecretReference = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}(:[^:]+)?"
        r"|(?=.{2,1011}$)(/[A-Za-z0-9_.-]+)+",
        "the whole ARN of a Secrets Manager secret, with the six characters at its end and, for one key of its JSON, "
        "with :KEY, or the name of an SSM parameter such as '/app/dev/api-key'",
    ),
]
LambdaArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?",
        "the ARN of a Lambda function such as 'arn:aws:lambda:REGION:ACCOUNT:function:NAME'",
    ),
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
ActionName = Annotated[
    str, _form(r"[A-Za-z][A-Za-z0-9-]{0,39}", "a name of up to 40 letters, digits and hyphens, a letter first")
]
EmailAddress = Annotated[str, _form(r"[^@\s]+@[^@\s]+", "an email address")]
SecretArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}",
        "the whole ARN of a Secrets Manager secret, with the six characters at its end and without a key",
    ),
]
SlackWorkspaceId = Annotated[str, _form(r"T[0-9A-Z]{5,29}", "the id of a Slack workspace such as 'T0123ABCD'")]
SlackChannelId = Annotated[
    str, _form(r"[CG][0-9A-Z]{5,29}", "the id, not the name, of a Slack channel such as 'C0123ABCD'")
]

# The name goes into stack names and the names of IAM roles, which are at most 64 characters long.
EnvironmentName = Annotated[
    str, _form(r"[a-z][a-z0-9-]{0,19}", "a name of up to twenty lower-case letters, digits and hyphens, a letter first")
]
BranchName = Annotated[str, _form(r"[A-Za-z0-9._/-]+", "a branch name without wildcards such as 'main'")]

# Form and length: CreateRepository in the Amazon ECR API reference.
EcrRepositoryName = Annotated[
    str,
    _form(
        r"(?=.{2,256}$)[a-z0-9]+(?:[._/-][a-z0-9]+)*",
        "2 to 256 lower-case letters and digits, with single . _ - or / between them",
    ),
]

# A wildcard or a colon in either name would widen an IAM trust policy: only GitHub's own characters are let through.
GitHubOwner = Annotated[
    str, _form(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", "a GitHub user or organisation (letters, digits and hyphens)")
]
GitHubRepositoryName = Annotated[
    str, _form(r"[A-Za-z0-9._-]{1,100}", "a GitHub repository name (letters, digits and . _ -), without its owner")
]

# GitHub itself allows nearly anything; a colon or a wildcard would change the meaning of a trust policy.
GitHubEnvironmentName = Annotated[
    str, _form(r"[A-Za-z0-9._-]{1,100}", "a GitHub environment's name of letters, digits and . _ -")
]

# Form and length: CreateRole and CreatePolicy in the IAM API reference.
RoleName = Annotated[str, _form(r"[\w+=,.@-]{1,64}", "an IAM role name of up to 64 letters, digits and + = , . @ - _")]
DeployRoleName = Annotated[
    str,
    _form(
        r"(?=.{1,55}$)[\w+=,.@-]*\{environment\}[\w+=,.@-]*",
        "an IAM role name with {environment} in it once, of up to 55 letters, digits and + = , . @ - _",
    ),
]
PolicyName = Annotated[str, _form(r"[\w+=,.@-]{1,128}", "the name, not the ARN, of an IAM managed policy")]
PrincipalArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)",
        "the ARN of an IAM role, user or account root without wildcards",
    ),
]
OidcProviderArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
        "'arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com'",
    ),
]

Architecture = Literal["arm64", "x86_64"]


class Section(BaseModel):
    """A table of `slipway.toml`: immutable, and an unknown key or a value of another type in it is an error.

    TOML has types of its own: without `strict`, the text "no" would be false and the boolean true would be 1. Only
    arrays, which become tuples, need `Field(strict=False)`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    def given(self) -> frozenset[str]:
        """The keys that the file has in this table; all others have their defaults."""
        return frozenset(key for key in self.model_fields_set if getattr(self, key) is not None)
