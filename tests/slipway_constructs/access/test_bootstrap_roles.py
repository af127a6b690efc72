"""The names that `cdk bootstrap` gives its roles."""

import pytest
from aws_cdk import DefaultStackSynthesizer

from slipway_constructs.access.bootstrap_roles import BootstrapRole, bootstrap_role_arn
from tests.slipway_constructs.conftest import ACCOUNT, REGION, new_stack

# What the CDK itself would assume, with placeholders that it fills in later.
BY_CDK: dict[BootstrapRole, str] = {
    "deploy": DefaultStackSynthesizer.DEFAULT_DEPLOY_ROLE_ARN,
    "file-publishing": DefaultStackSynthesizer.DEFAULT_FILE_ASSET_PUBLISHING_ROLE_ARN,
    "image-publishing": DefaultStackSynthesizer.DEFAULT_IMAGE_ASSET_PUBLISHING_ROLE_ARN,
    "lookup": DefaultStackSynthesizer.DEFAULT_LOOKUP_ROLE_ARN,
}


@pytest.mark.parametrize("role", BY_CDK)
def test_the_roles_are_those_of_the_cdk(role: BootstrapRole) -> None:
    expected = (
        BY_CDK[role]
        .replace("${Qualifier}", DefaultStackSynthesizer.DEFAULT_QUALIFIER)
        .replace("${AWS::AccountId}", ACCOUNT)
        .replace("${AWS::Region}", REGION)
    )
    assert new_stack().resolve(bootstrap_role_arn(role, account=ACCOUNT, region=REGION)) == {"Fn::Sub": expected}
