"""One CloudFormation stack a module: wiring and grants; the resources are in `slipway_constructs`."""
