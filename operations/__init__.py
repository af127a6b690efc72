"""The `slipway` command: one verb a module."""
