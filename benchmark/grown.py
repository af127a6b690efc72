"""Slipway's app with more environments than its configuration has: `python -m benchmark.grown FILE COUNT`."""

import sys
from pathlib import Path

import app as application  # it chooses the Node that aws_cdk starts
from configuration import Configuration, load


def grown(configuration: Configuration, count: int) -> Configuration:
    """That configuration with so many environments: its own but the sandbox, then copies of these in turn."""
    own = configuration.select()
    document = own.model_dump(exclude_unset=True)  # as in the file: what is omitted stays so
    tables = {}
    for number in range(count):
        name = list(own.environments)[number % len(own.environments)]
        table = {key: value for key, value in document["environments"][name].items() if key != "name"}
        if copy := number // len(own.environments):
            name = f"{name}{copy + 1}"
            table |= {"branch": None, "github_environment": name}
        tables[name] = table
    return Configuration.model_validate(document | {"environments": tables})


def main() -> None:
    """Synthesise as the CDK CLI does."""
    file, count = sys.argv[1:]
    application.build_app(grown(load(Path(file)), int(count))).synth()


if __name__ == "__main__":
    main()
