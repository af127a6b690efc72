"""Provisioning: what MiniStack's CloudFormation does with the resource types that are added to it."""
