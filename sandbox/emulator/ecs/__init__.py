"""Services of ECS and their deployments."""
