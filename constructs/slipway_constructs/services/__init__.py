"""What runs on ECS, and how much of it."""
