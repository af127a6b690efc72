"""Which stacks are held to the controls of NIST SP 800-53."""

from aws_cdk import App, Stack

from configuration import Configuration, stack_names


def stacks_held_to_nist(app: App, configuration: Configuration) -> list[Stack]:
    """Those of environments that keep their data, and those that such an environment shares with others.

    The rest are for trying things out: they save what the controls cost, such as flow logs.
    """
    keepers = [each for each in configuration.environments.values() if each.retain_data]
    if not keepers:
        return []
    accounts = dict.fromkeys([configuration.registry.account, *(each.account for each in keepers)])
    names = [
        stack_names.REGISTRY,
        *(configuration.identity_stack_id(account) for account in accounts),
        *(stack for each in keepers for stack in stack_names.of_environment(each.name)),
    ]
    return [stack for name in names if isinstance(stack := app.node.try_find_child(name), Stack)]
