"""What becomes of one task of ECS: where it is placed, what its containers get, and how it ends."""
