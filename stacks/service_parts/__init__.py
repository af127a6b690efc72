"""What the stack of the service is made of, one decision of `slipway.toml` a module."""
