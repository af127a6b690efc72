"""Writing the first `slipway.toml`: what is found, what is asked for, and what comes next."""
