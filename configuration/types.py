"""The kinds of value that AWS and GitHub give a fixed form, and the base of every table."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict


def _form(pattern: str, description: str) -> AfterValidator:
    """Accepts only text that matches the whole pattern; the error names the description and the value."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {description}, is {value!r}")
        return value

    return AfterValidator(check)


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
EmailAddress = Annotated[str, _form(r"[^@\s]+@[^@\s]+", "an email address")]

# The name goes into stack names and the names of IAM roles, which are at most 64 characters long.
EnvironmentName = Annotated[
    str, _form(r"[a-z][a-z0-9-]{0,19}", "up to twenty lower-case letters, digits and hyphens, a letter first")
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

Architecture = Literal["arm64", "x86_64"]


class Section(BaseModel):
    """A table of `slipway.toml`: immutable, and an unknown key in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)
