"""What becomes of a second operation on a stack while the first is under way."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

WAITING = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "3", "Count": 1},
}
RESOURCES = {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, "Wait": WAITING}


def test_a_stack_that_is_being_changed_takes_no_second_change(stacks: Any, aws: Callable[[str], Any]) -> None:
    stacks.begin(RESOURCES)
    cloudformation = aws("cloudformation")
    template = '{"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}'
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        cloudformation.update_stack(StackName="Stack", TemplateBody=template)
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        cloudformation.create_change_set(StackName="Stack", ChangeSetName="second", TemplateBody=template)
