"""What is measured, where it is kept and shown, and the alarms on it."""
