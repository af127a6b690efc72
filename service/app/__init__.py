"""The sample service that Slipway delivers."""

__version__ = "0.1.0"
