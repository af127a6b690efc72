"""`slipway github` as text."""

import shlex

from operations.github import SECRETS, VARIABLES, HandOver, located


def lines(hand_over: HandOver) -> list[str]:
    """Commands of GitHub's CLI, one a line, to be pasted in a shell."""
    repository = hand_over.full_name
    commands = [_set_variable(repository, name, value) for name, value in hand_over.repository.items()]
    for environment, variables in hand_over.environments.items():
        path = shlex.quote(f"repos/{repository}/environments/{environment}")
        # Only what is missing is made: a PUT could take the protection rules from an environment that exists.
        commands.append(f"gh api --silent {path} 2>/dev/null || gh api --silent --method PUT {path}")
        commands += [_set_variable(repository, name, value, "--env", environment) for name, value in variables.items()]
    return commands


def notes(hand_over: HandOver) -> list[str]:
    """What is missing because it is in another account, and how to get it; a line for each account."""
    return [
        f"{located(names, account)}: run this again with its credentials."
        for account, names in hand_over.elsewhere.items()
    ]


def secrets(hand_over: HandOver) -> list[str]:
    """What else may be set, which only its owner knows."""
    return [
        f"If you like, gh secret set NAME --repo {hand_over.full_name}, which asks for the secret:",
        *(f"  {name}: {purpose}" for name, purpose in SECRETS.items()),
        f"If you like, gh variable set NAME --repo {hand_over.full_name} --body VALUE:",
        *(f"  {name}: {purpose}" for name, purpose in VARIABLES.items()),
    ]


def _set_variable(repository: str, name: str, value: str, *options: str) -> str:
    return shlex.join(["gh", "variable", "set", name, "--repo", repository, *options, "--body", value])
