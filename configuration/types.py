"""The kinds of value that AWS and GitHub give a fixed form, and the base of every table."""

import re
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


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
EmailAddress = Annotated[str, _form(r"[^@\s]+@[^@\s]+", "an email address")]

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
