"""The typed models of `slipway.toml`, the one file that a user edits."""

from configuration.environment import Environment
from configuration.errors import ConfigurationError
from configuration.loading import find, load
from configuration.project import SANDBOX, Configuration

__all__ = ["SANDBOX", "Configuration", "ConfigurationError", "Environment", "find", "load"]
