"""How people are told of alarms and rollouts."""
