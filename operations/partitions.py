"""The parts of AWS that know nothing of each other."""


def partition_of(region: str) -> str:
    """What the ARNs of that region begin with after `arn:` ("Amazon Resource Names", AWS General Reference)."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
