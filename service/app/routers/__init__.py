"""The service's routes, one subject a module."""
