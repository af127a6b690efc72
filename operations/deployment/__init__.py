"""A rollout as ECS records it: the record, and the two answers of ECS that it is made from."""
