"""The network that everything else is in."""
