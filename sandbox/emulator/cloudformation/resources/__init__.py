"""The resources of one service a module, provisioned through that service's own API."""
