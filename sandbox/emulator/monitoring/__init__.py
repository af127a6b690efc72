"""CloudWatch: what is measured, and the alarms on it."""
